/**
 * What the gate (`npm test`) leaves to `npm test -- --all`, and why: here and nowhere else, and again for people in
 * docs/architecture.md. A path that is asked for runs whole.
 */

/** Whole files: what they show is shown in the gate as well, of one kind or a level down. */
export const ALL_ONLY: Readonly<Record<string, string>> = {
  'server/radio/engine/echo.live.test.ts':
    'echoes of four lengths, each several times round; the gate relays one in server/test/live/radio-floor.test.ts',
}

/** Files of which the gate runs a part (gate.ts): what stays out of it. */
export const PARTLY: Readonly<Record<string, string>> = {
  'scripts/front.live.test.ts':
    'one PC taking every socket of a whole desk; asterisk-config/nginx/front.test.ts shows the limits in the gate',
  'server/asterisk/radio/identity.live.test.ts':
    'two of three jitter buffers, and two of three parts that stand still; codes are decoded by rules too',
  'server/asterisk/radio/lost.live.test.ts':
    'gateway, power, server, Asterisk and one way of ARI lost while keyed; the lapsed lease and a dead ARI stay',
  'server/asterisk/radio/talk.live.test.ts': 'a new stream with the second jitter buffer',
  'server/test/live/drills.test.ts': 'four of five drills of a call; the killed server stays',
  'server/test/live/radio-drills.test.ts': 'five of six drills of the radio; the killed server stays',
  'server/test/live/radio-floor.test.ts':
    'keying by voice and by digits, and an emergency by MDC-1200 and by five tones',
  'softphone-console/tests/one-phone.test.ts': 'waiting through two registrations; the gate waits five seconds',
  'softphone-console/tests/overs.test.ts':
    'a call-out up its whole ladder on the air; server/callouts shows the rungs and one that is answered',
}
