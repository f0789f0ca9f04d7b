import t from 'tap'
import type { PieceFile } from '../../recordings/index.ts'
import { arePiecesRipe, type KnownPiece, PIECE_GRACE_MS, pieceFindings } from './pieces.ts'

const noon = 1_800_000_000_000
const piece: KnownPiece = { name: 'rx-1', channel: 0, startedAt: noon - 60_000, recordingId: 'r', endedAt: noon }
const file = (what: Partial<PieceFile>): PieceFile => ({
  ...piece,
  path: 'rx-1.wav',
  timesPath: 'rx-1.times',
  times: [],
  bytes: 44,
  dataAt: 44,
  samples: 0,
  writtenAt: noon,
  closed: true,
  ...what,
})

t.test('a recording is filed once its pieces are over and their files closed', async (t) => {
  const kept = file({ samples: 480_000 })
  t.ok(arePiecesRipe([piece], [kept], noon + 1))
  t.notOk(arePiecesRipe([{ ...piece, endedAt: null }], [kept], noon + 60_000), 'it is being written')
  const second: KnownPiece = { ...piece, name: 'tx-1', channel: 1 }
  t.notOk(arePiecesRipe([piece, second], [kept], noon + 1), 'the other channel is not there yet')
})

t.test('a file that its recorder has not closed, or that never came, has its time and no more', async (t) => {
  for (const files of [[file({ samples: 480_000, closed: false })], []]) {
    t.notOk(arePiecesRipe([piece], files, noon + PIECE_GRACE_MS))
    t.ok(arePiecesRipe([piece], files, noon + PIECE_GRACE_MS + 1))
  }
})

t.test('an empty file looks closed from its birth on, and is waited for', async (t) => {
  const empty = file({ samples: 0 })
  t.notOk(arePiecesRipe([piece], [empty], noon + 2_000), 'its recorder may hold two seconds of sound')
  t.ok(arePiecesRipe([piece], [empty], noon + 4_000), 'nobody spoke')
})

t.test('what each piece left is told: kept, torn, or missing', async (t) => {
  const kinds = (files: PieceFile[]) => pieceFindings([piece], files).map(({ kind }) => kind)
  t.same(kinds([file({ samples: 480_000 })]), ['kept'])
  t.same(kinds([file({ samples: 480_000, closed: false })]), ['torn'])
  t.same(kinds([]), ['missing'])
})
