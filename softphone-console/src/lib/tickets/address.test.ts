import t from 'tap'
import { isAddress } from './address.ts'

t.test('an address of a host is taken, in both families', async (t) => {
  for (const good of [
    '10.31.5.22',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    'fd00::10:22',
    '::ffff:10.0.0.1',
    '1:2:3:4:5:6:7:8',
  ])
    t.ok(isAddress(good), good)
})

t.test('half an address, a mask or a port is not an address', async (t) => {
  for (const bad of [
    '',
    '10.31.5',
    '10.31.5.256',
    '10.31.5.022',
    '10.31.5.22/24',
    '10.31.5.22:80',
    '1::2::3',
    ':::',
    '1:2:3',
    'fe80::1%eth0',
    '打印机',
  ])
    t.notOk(isAddress(bad), bad)
})
