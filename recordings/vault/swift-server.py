"""One Swift server in one process: `swift-server.py <proxy|object|container|account> <conf>`, or `swift-server.py ring <folder> <name> <port>`.

Swift's own start scripts live in packages that bring a web server and a log daemon; this does what they do.
"""
import os
import sys

import eventlet
import swift.common.utils as utils

utils.SWIFT_CONF_FILE = os.environ['SWIFT_CONF']


def ring(folder, name, port):
    from swift.common.ring import RingBuilder

    builder = RingBuilder(1, 1, 0)
    builder.add_dev({'id': 0, 'region': 0, 'zone': 0, 'weight': 1.0, 'ip': '127.0.0.1', 'port': int(port), 'device': 'd1', 'meta': ''})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))


def serve(kind, conf):
    # so that one signal ends one process, and none is left behind when its parent dies
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    eventlet.monkey_patch()
    from swift.common.wsgi import run_wsgi

    options = {}
    if kind == 'object':
        from swift.obj import server

        options['global_conf_callback'] = server.global_conf_callback
    sys.exit(run_wsgi(conf, kind + '-server', **options))


if __name__ == '__main__':
    if sys.argv[1] == 'ring':
        ring(*sys.argv[2:])
    else:
        serve(*sys.argv[1:])
