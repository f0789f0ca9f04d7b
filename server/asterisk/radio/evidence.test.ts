import t from 'tap'
import { isForeign } from './evidence.ts'

t.test('sound goes elsewhere when its address is none of the gateway’s', async (t) => {
  t.notOk(isForeign('10.1.0.9:40000', ['10.1.0.9:5060']))
  t.notOk(isForeign('10.1.0.9:40000', ['sip:g-new@10.1.0.9:5060;ob']))
  t.ok(isForeign('10.1.0.66:40000', ['sip:g-new@10.1.0.9:5060;ob']))
  t.notOk(isForeign('10.1.0.10:40000', ['10.1.0.9:5060', '10.1.0.10']), 'an address for media that was named')
  t.ok(isForeign('10.1.0.66:40000', ['10.1.0.9:5060', '10.1.0.10']))
  t.ok(isForeign('10.1.0.9', ['10.1.0.99:5060']), 'a part of an address is another address')
  t.notOk(isForeign('', ['10.1.0.9:5060']), 'what is not known accuses nobody')
  t.notOk(isForeign('10.1.0.66:1', ['', '']))
  t.notOk(isForeign('0.0.0.0:4000', ['10.1.0.9:5060']), 'on hold it goes nowhere')
})
