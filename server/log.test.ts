import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { makeLog } from './log.ts'
import { database } from './test/database.ts'

t.test('a refused row is logged by its code and its rule, never by what stood in it', async (t) => {
  const db = await database(t)
  await db.raw('create table refused (name text primary key)')
  const lines: string[] = []
  const log = makeLog('info', { write: (line) => void lines.push(line) })
  const asks = [
    () => db('refused').insert([{ name: '患者丙丁' }, { name: '患者丙丁' }]),
    () => db.raw("select ?::text || '' where ?::uuid is null", ['患者丙丁', '患者丙丁']),
  ]
  for (const ask of asks)
    await ask().then(
      () => t.fail('the row was taken'),
      (err) => log.warn({ err }, 'not kept'),
    )
  t.equal(lines.length, 2)
  t.notMatch(lines.join(), /患者/)
  t.match(JSON.parse(lines[0] ?? ''), { err: { code: '23505', constraint: 'refused_pkey' }, msg: 'not kept' })
  t.match(JSON.parse(lines[1] ?? ''), { err: { code: '22P02' } })
})

t.test('a voice that failed is logged by how it ended, never by what it was to say', async (t) => {
  const lines: string[] = []
  const log = makeLog('info', { write: (line) => void lines.push(line) })
  const said = promisify(execFile)(process.execPath, ['-e', 'process.exit(3)', '--', '心内科王某请听'])
  const cause = await said.catch((error: Error) => error)
  log.warn({ err: Object.assign(new Error('no-speech'), { cause }) }, 'a call-out could not be said')
  t.notMatch(lines.join(), /王某/)
  t.match(JSON.parse(lines[0] ?? ''), { err: { message: 'no-speech', cause: { code: 3 } } })
})
