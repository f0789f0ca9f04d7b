import t from 'tap'
import { makeGuesses } from './guesses.ts'

const noon = Date.parse('2026-01-05T04:00:00Z')
const STRANGER = '10.9.9.9'
const DESK = '10.1.0.1'
const proof = (n: number, from = STRANGER) => ({
  from,
  to: DESK,
  text: `REGISTER sip:x SIP/2.0\r\nCall-ID: c\r\nCSeq: ${n} REGISTER\r\nAuthorization: Digest username="d8121"\r\n\r\n`,
})
const answer = (n: number, status: number, to = STRANGER, more = '') => ({
  from: DESK,
  to,
  text: `SIP/2.0 ${status} Whatever\r\nCall-ID: c\r\nCSeq: ${n} REGISTER\r\n${more}\r\n`,
})

t.test('one address that tries password after password is told; a phone with an old one is not', async (t) => {
  const guesses = makeGuesses()
  const guess = (n: number, at: number, address = STRANGER) => {
    guesses.hear(proof(n, address), at)
    guesses.hear(answer(n, 401, address), at)
  }
  for (let n = 0; n < 30; n++) guess(n, noon + n * 30_000, '10.1.0.77')
  t.equal(guesses.lately(noon + 15 * 60_000), null, 'a phone with an old password asks each half minute')
  for (let n = 0; n < 50; n++) guess(n, noon + 16 * 60_000 + n)
  t.match(guesses.lately(noon + 17 * 60_000), { count: 50 + 25 })
  t.equal(guesses.total(), 80)
  t.equal(guesses.lately(noon + 60 * 60_000), null, 'and no longer when it has stopped')
})

t.test('a challenge, an old nonce and a right password are no guesses', async (t) => {
  const guesses = makeGuesses()
  guesses.hear(answer(1, 401), noon)
  guesses.hear(proof(2), noon)
  guesses.hear(answer(2, 401, STRANGER, 'WWW-Authenticate: Digest realm="desk",stale=true\r\n'), noon)
  guesses.hear(proof(3), noon)
  guesses.hear(answer(3, 200), noon)
  t.equal(guesses.total(), 0)
})
