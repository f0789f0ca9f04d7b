/** Whoever learns the password of an AMI user can do what our server does with it, and nothing that reaches further. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { keep, lab } from './test-lab.ts'

t.setTimeout(120_000)

t.test('neither AMI user can load code, write the dialplan, files or settings, or place or take a call', async (t) => {
  const desk = await lab(t)
  const file = join(desk.settings.varDir, 'written')
  const here = { Context: 'radio-pair', Exten: 's', Priority: 1, Async: 'true' }
  const acts: Record<string, string | number>[] = [
    { Action: 'ModuleLoad', Module: 'app_system.so', LoadType: 'load' },
    { Action: 'Reload', Module: 'pbx_config' },
    { Action: 'DialplanExtensionAdd', Context: 'arrived', Extension: '1', Priority: 1, Application: 'Hangup' },
    { Action: 'DialplanExtensionRemove', Context: 'arrived', Extension: '_X!' },
    { Action: 'Command', Command: 'core show version' },
    { Action: 'GetConfig', Filename: 'manager.conf' },
    { Action: 'UpdateConfig', SrcFilename: 'manager.conf', DstFilename: 'manager.conf' },
    { Action: 'CreateConfig', Filename: 'evil.conf' },
    { Action: 'DBPut', Family: 'registrar', Key: 'x', Val: 'y' },
    { Action: 'DBDelTree', Family: 'registrar' },
    { Action: 'Filter', Operation: 'Add', Filter: 'Event: x' },
    { Action: 'Originate', Channel: 'Local/s@radio-pair', Application: 'MixMonitor', Data: file },
    { Action: 'Originate', Channel: 'Local/s@radio-pair', Application: 'Record', Data: `${file}.wav` },
    { Action: 'Originate', Channel: 'Local/s@radio-pair', ...here },
    { Action: 'MixMonitor', Channel: 'Local/s@radio-pair', File: file },
    { Action: 'Setvar', Variable: 'GLOBAL(GATEWAY_old)', Value: '127.0.0.99' },
    { Action: 'Redirect', Channel: 'Local/s@radio-pair', ...here },
    { Action: 'Hangup', Channel: '/.*/' },
    { Action: 'MessageSend', To: 'pjsip:d8121', Body: 'x' },
  ]
  for (const [name, user] of [
    ['reader', desk.reader],
    ['actor', desk.actor],
  ] as const)
    for (const act of acts)
      t.match(
        await user.act(act),
        { Response: 'Error', Message: /Permission denied|Invalid\/unknown command/ },
        `${name}: ${act.Action} ${act.Application ?? act.Module ?? ''}`,
      )
  t.notOk(existsSync(file) || existsSync(`${file}.wav`), 'and no file was written')
  t.match(await desk.reader.act({ Action: 'QueueAdd', Queue: 'it', Interface: 'PJSIP/b2001' }), { Response: 'Error' })
  t.match(await desk.actor.act({ Action: 'QueueAdd', Queue: 'it', Interface: 'PJSIP/b2001' }), { Response: 'Success' })
})

t.test('what the server has kept in astdb is one of four families, and harmless to the dialplan', async (t) => {
  const desk = await lab(t)
  const database = async () =>
    (await desk.pbx.rx('database show')).split('\n').flatMap((line) => {
      const [, key, value] = /^\/(\S+)\s*: (.*?)\s*$/.exec(line) ?? []
      return key && !/^pbx\//.test(key) ? [`${key}=${value}`] : []
    })
  const hours = '00:00-07:59&18:00-23:59,mon-fri,*,*|09:00-10:00,sat&sun,*,*'
  await keep(desk, 'put', 'calendar', 'it/new', hours)
  await keep(desk, 'put', 'handset', 'it/new', '')
  await keep(desk, 'put', 'mobile', 'it/new', '13900008191')
  await keep(desk, 'put', 'allowed', '13811112222', '1')
  t.same((await database()).sort(), [
    'allowed/13811112222=1',
    `calendar/it/new=${hours}`,
    'handset/it/new=',
    'mobile/it/new=13900008191',
  ])
  for (const [family, key, value] of [
    ['registrar', 'contact', 'x'],
    ['ps_endpoint', 'b1001', '{}'],
    ['calendar', '', 'x'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the dialplan's own spelling
    ['calendar', 'it/new)=${SHELL(id)}', 'x'],
    ['allowed', '1 2', 'x'],
  ] as const)
    await keep(desk, 'put', family, key, value)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the dialplan's own spelling
  await keep(desk, 'put', 'handset', 'it/new', 'd8190${SHELL(id)}"$[1+1]')
  for (const family of ['allowed', 'calendar', 'mobile'])
    await keep(desk, 'del', family, family === 'allowed' ? '13811112222' : 'it/new')
  t.same(await database(), ['handset/it/new=d8190id11'])
})
