/** Who may look at whom. Each rule's comment says what to do instead. */
const journey = [
  'access',
  'directory',
  'sheets',
  'equipment',
  'roster',
  'calls',
  'archive',
  'agents',
  'tickets',
  'dispatch',
  'radio',
  'callouts',
]
const watchers = ['screens', 'stats']
const rooms = [...journey, ...watchers].join('|')
/** Files of a room that may read, write and wait, besides store.ts, routes.ts and index.ts. */
const doing = [
  'access/administrator',
  'access/sessions/turns',
  'archive/(filing|piecing|reconciling|settings|tidying)',
  'callouts/(asking|calling|composing|speech|working)',
  'directory/search/.+',
  'dispatch/(climbing|inputs|running|showing)',
  'equipment/(importing|keeping)',
  'radio/(following|frames)',
  'radio/engine/(keeper|patching|radio|writing)',
  'radio/hearing/ears',
  'radio/handhelds/sheet',
  'radio/overs/(filing|opening|recording|timeline)',
  'radio/ports/(alarms|commissioning|hearers|wires)',
  'roster/(changing|frames|leading|watching)',
  'screens/handover',
  'sheets/(lines|running)',
  'tickets/(acting|changing|dialling|following|joining|opening|page|saving|viewing)',
  'tickets/life/(causes|linking|living|showing|waking)',
].join('|')

/** A foreign tongue has one speaker. */
const only = (name, packages, speakers, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(server|recordings|softphone-console)/', pathNot: speakers },
  to: { path: `node_modules/(${packages})/` },
})

module.exports = {
  forbidden: [
    {
      name: 'through-the-door',
      severity: 'error',
      comment: "Another room's files are private. Export what you need from its index.ts.",
      from: { path: '^server/([^/]+)/' },
      to: { path: '^server/[^/]+/', pathNot: ['^server/$1/', '^server/[^/]+/index\\.ts$', '^server/wire/'] },
    },

    ...journey.map((room, i) => ({
      name: `${room}-looks-upstream`,
      severity: 'error',
      comment: `${room}/ must not know what happens later. Write the consequence as a line in journey.ts.`,
      from: { path: `^server/${room}/` },
      to: { path: `^server/(${[...journey.slice(i + 1), 'asterisk'].join('|')})/` },
    })),

    {
      name: 'known-rooms-only',
      severity: 'error',
      comment: 'A new room is a decision: name it here and in STYLE.md, and say where it stands.',
      from: { path: `^server/(?!(${rooms}|asterisk|web|db|wire|test)/)[^/]+/` },
      to: {},
    },

    {
      name: 'nobody-watches-a-watcher',
      severity: 'error',
      comment: 'Only journey.ts and main.ts may reach screens/ and stats/.',
      from: { path: `^server/(${rooms}|asterisk)/`, pathNot: `(^server/(${watchers.join('|')})/|[/-]routes\\.ts$)` },
      to: { path: `^server/(${watchers.join('|')})/` },
    },

    {
      name: 'rules-are-pure',
      severity: 'error',
      comment:
        'A file of a room holds types and rules. Reading and writing belong in store.ts, HTTP in routes.ts, putting them together in index.ts, or in a file that the list above names as doing. The calendar (rrule-temporal, Temporal) only reckons, and may be used.',
      from: { path: `^server/(${rooms})/`, pathNot: `([/-](store|routes|index)\\.ts$|^server/(${doing})\\.ts$)` },
      to: {
        path: '(^server/(db|web|asterisk)/|node_modules/(?!(rrule-temporal|temporal-polyfill)/)|[/-](store|routes)\\.ts$)',
      },
    },
    {
      name: 'rules-are-pure-core',
      severity: 'error',
      comment: 'A rule takes what it needs as a value; it does not read files, sockets or processes.',
      from: { path: `^server/(${rooms})/`, pathNot: `([/-](store|routes|index)\\.ts$|^server/(${doing})\\.ts$)` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'routes-make-one-call',
      severity: 'error',
      comment: "A route checks the request, makes one call of its room's index.ts and answers: no store, no SQL.",
      from: { path: '^server/.+[/-]routes\\.ts$' },
      to: { path: '[/-]store\\.ts$' },
    },
    {
      name: 'web-looks-at-no-room',
      severity: 'error',
      comment: 'main.ts hands web what it needs of a room (who a session is, what a console is told).',
      from: { path: '^server/web/' },
      to: { path: `^server/(${rooms}|asterisk)/` },
    },

    only(
      'asterisk-in-asterisk',
      'asterisk-manager|ari-client',
      '^server/asterisk/',
      'Only asterisk/ speaks AMI and ARI.',
    ),
    only('sql-in-stores', 'knex|pg', '^server/(.+[/-]store\\.ts|db/)', "SQL belongs in a room's store.ts."),
    only(
      'http-in-routes',
      'fastify|@fastify',
      '([/-]routes\\.ts|^server/(web/|desk\\.ts|main\\.ts))',
      'HTTP belongs in routes.ts.',
    ),
    only('minio-in-the-vault', 'minio', '^recordings/vault/', 'Only the vault talks to object storage.'),
    only('sip-in-the-phone', 'sip\\.js|jssip', '^softphone-console/src/lib/phone/', 'Only lib/phone/ speaks SIP.'),

    {
      name: 'console-knows-the-wire',
      severity: 'error',
      comment: 'The console knows the wire types and nothing else of the server.',
      from: { path: '^softphone-console/' },
      to: { path: '^(server|recordings)/', pathNot: '^server/wire/' },
    },
    {
      name: 'wire-knows-nobody',
      severity: 'error',
      comment: 'The wire is words, spelt in TypeBox. Words import nothing else.',
      from: { path: '^server/wire/' },
      to: { pathNot: '^server/wire/|(^|/)typebox(/|$)' },
    },
    {
      name: 'recordings-stand-alone',
      severity: 'error',
      comment: 'The archive knows audio and time, not tickets and people.',
      from: { path: '^recordings/' },
      to: { path: '^server/' },
    },
    {
      name: 'one-door-to-the-recordings',
      severity: 'error',
      comment: 'archive/ and main.ts use recordings/ through its index.ts.',
      from: { path: '^server/', pathNot: '^server/(archive/|main\\.ts)' },
      to: { path: '^recordings/' },
    },
    {
      name: 'recordings-by-the-door',
      severity: 'error',
      comment: 'Inside recordings/ is private.',
      from: { path: '^server/' },
      to: { path: '^recordings/', pathNot: '^recordings/index\\.ts$' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$|^server/test/|^softphone-console/tests/' },
  },
}
