/**
 * Makes the tapes again from a real exchange: `node server/test/tapes/record.ts`. A tape is what Asterisk said on its
 * manager port during one call, kept as it came, with its CEL beside it. Numbers and names are invented.
 */
import { copyFile, rm, truncate, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type PhoneLab, startPhoneLab } from '../../../scripts/lab/phones/phone-lab.ts'

type Visit = (lab: PhoneLab) => Promise<void>
const ring = { campus: 'new', dialled: '8102', from: '62041', name: '心内科' } as const

const visits: Record<string, Visit> = {
  answered: async (lab) => {
    const phone = await lab.phone('d8121', { afterMs: 700 })
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 5 })
    await ward.ended
    phone.close()
  },
  'agent-hangs-up': async (lab) => {
    const phone = await lab.phone('d8121', { afterMs: 500 })
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 30 })
    const call = await phone.nextCall(15_000)
    await call.until('talking')
    await wait(1_500)
    await call.hangup()
    await ward.ended
    phone.close()
  },
  abandoned: async (lab) => {
    const phone = await lab.phone('d8121', { onRing: 'ring' })
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 7 })
    await ward.ended
    phone.close()
  },
  'hung-up-in-notice': async (lab) => {
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 1 })
    await ward.ended
  },
  declined: async (lab) => {
    const first = await lab.phone('d8121', { onRing: 603, afterMs: 400 })
    const second = await lab.phone('d8122', { onRing: 'ring' })
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 12 })
    await Promise.race([second.nextCall(15_000), wait(15_000)])
    second.onRing = 'answer'
    const call = await second.nextCall(100).catch(() => second.calls[0])
    first.onRing = 'ring'
    call?.answer()
    await ward.ended
    first.close()
    second.close()
  },
  'leg-lost': async (lab) => {
    const first = await lab.phone('d8121', { afterMs: 300 })
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 22 })
    const call = await first.nextCall(15_000)
    await call.until('talking')
    const second = await lab.phone('d8122', { afterMs: 300 })
    await wait(1_000)
    first.die()
    await ward.ended
    second.close()
  },
  'callback-asked': async (lab) => {
    const ward = await lab.wards.placeCall({ ...ring, forSeconds: 25 })
    await ward.answered
    // Nobody is there: the offer follows the notice; press until it is heard.
    for (let i = 0; i < 12; i++) {
      await wait(1_000)
      await ward.press('1').catch(() => undefined)
    }
    await ward.ended
  },
  'calling-back': async (lab) => {
    const phone = await lab.phone('d8121', { afterMs: 300 })
    const place = {
      endpoint: 'PJSIP/d8121',
      channelId: 'desk-7d9f3c52-52a3-4a2e-9b1c-0d4f5b6a7c81',
      context: 'from-desk',
      extension: '62041',
      priority: '1',
      callerId: '<62041>',
    }
    const variables = {
      __DESK_CALL: '7d9f3c52-52a3-4a2e-9b1c-0d4f5b6a7c81',
      __DESK_CAMPUS: 'new',
      __DESK_LINE: 'it',
      DESK_DIRECTION: 'callback',
    }
    await lab.ari('POST', '/channels', place, { variables })
    const call = await phone.nextCall(10_000)
    await call.until('talking')
    await wait(8_000)
    await call.hangup()
    await wait(1_000)
    phone.close()
  },
}

const wanted = process.argv.slice(2)
for (const [name, visit] of Object.entries(visits)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const lab = await startPhoneLab()
  const cel = `${lab.pbx.instance.base}/log/cel-custom/cel.jsonl`
  const heard: Buffer[] = []
  const socket = connect(lab.settings.pbx.amiPort, lab.settings.pbx.host)
  socket.write(`Action: Login\r\nUsername: reader\r\nSecret: ${lab.settings.secrets.amiReader}\r\n\r\n`)
  socket.on('data', (bytes) => heard.push(bytes))
  await truncate(cel, 0).catch(() => undefined)
  await visit(lab)
  await wait(1_000)
  socket.destroy()
  const here = (suffix: string) => new URL(`./${name}.${suffix}`, import.meta.url)
  await writeFile(here('ami'), Buffer.concat(heard))
  await rm(here('cel.jsonl'), { force: true })
  await copyFile(cel, here('cel.jsonl'))
  await lab.stop()
  console.log(`${name}: ${Buffer.concat(heard).length} bytes`)
}
process.exit(0)
