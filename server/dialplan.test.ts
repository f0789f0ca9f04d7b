import t from 'tap'
import { deadEnds, fits, readDialplan } from './dialplan.ts'

const faults = (text: string) => deadEnds(readDialplan(text)).map(({ at, to }) => `${at} → ${to}`)

t.test('a jump whose variable may be empty leads nowhere, unless it is asked about first', async (t) => {
  const may = '[may-dial]\nexten => _1[3-9]XXX,1,Return(1)\nexten => i,1,Return(0)\n'
  t.same(faults(`[night]\nexten => s,1,Gosub(may-dial,\${MOBILE},1)\n${may}`), [`night,s,1 → may-dial,\${MOBILE},1`])
  t.same(
    faults(`[night]
exten => s,1,GotoIf($[0\${DIALPLAN_EXISTS(may-dial,\${MOBILE},1)} = 0]?no)
 same => n,Gosub(may-dial,\${MOBILE},1)
 same => n(no),Hangup()
${may}`),
    [],
  )
})

t.test('labels, patterns, includes, options and handlers are all jumps', async (t) => {
  const text = `[a]
include => b
exten => s,1,GotoIf($["\${X}" = "1"]?here:gone)
 same => n(here),Queue(it,cb(sub^s^1),,,60)
 same => n,Dial(PJSIP/x,20,gim(default)b(nosub^s^1)U(sub^s^1))
 same => n,Set(CHANNEL(hangup_handler_push)=nohandler,s,1)
 same => n,ExecIf($["\${X}" = ""]?Gosub(sub,s,1(a,b)):Gosub(none,s,1))
 same => n,GotoIfTime(\${T},*?night,s,1)
 same => n,Goto(out,s-\${TRUNK}-\${EXTEN},1)
 same => n,Goto(12)
exten => _0[67]XX,1,Goto(out,s-old-\${EXTEN:1},1)
exten => 9,1,Goto(a,8,1)
[b]
exten => 8,1,Hangup()
[sub]
exten => s,1,Return()
[out]
exten => _s-.,1,Hangup()
`
  t.same(faults(text), [
    'a,s,1 → gone',
    'a,s,3 → nosub,s,1',
    'a,s,4 → nohandler,s,1',
    'a,s,5 → none,s,1',
    'a,s,6 → night,s,1',
    'a,s,8 → 12',
  ])
})

t.test('a ward’s number fits the patterns that the dialplan lists, and no other number does', async (t) => {
  const wards = ['_01[67]XXXX', '_02[67]XXXX', '_[67]XXXX', '_3nZX', '8001', '_9001.']
  const known = (number: string) => wards.some((pattern) => fits(pattern, number))
  for (const number of ['62041', '0162041', '0272041', '3215', '8001', '900166668888']) t.ok(known(number), number)
  for (const number of ['01066668888', '52041', '620411', '6204', '0362041', '3105', '8002', '9001'])
    t.notOk(known(number), number)
})
