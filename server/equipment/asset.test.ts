import fc from 'fast-check'
import t from 'tap'
import type { AssetState as State } from '../wire/equipment.ts'
import { type Asset, type AssetAsk, decide, evolve } from './asset.ts'

const noon = new Date('2026-12-01T04:00:00Z')
const anAsset = (but: Partial<Asset> = {}): Asset => ({
  ...{ id: 'a', code: 'DY-00001', name: '打印机', maker: '', model: '', note: '', state: 'in_use', version: 1 },
  ...{ placeId: 'p1', unitId: null, supplierId: null, warrantyUntil: null, systemId: null, responsibleId: null },
  contractIds: ['k1'],
  ...but,
})
const byId = 'me'
const ask = (asset: Asset, asked: AssetAsk) => decide(asset, asked, noon)

t.test('what is changed is said field by field, codes before and after, and never in words', async (t) => {
  const to = { name: '激光打印机', placeId: 'p2', maker: '', contractIds: ['k1'] }
  t.same(ask(anAsset(), { ask: 'change', byId, to }), [
    {
      ...{ type: 'asset.changed', assetId: 'a', at: noon, byId, fields: ['name', 'placeId'] },
      changes: { placeId: ['p1', 'p2'] },
    },
  ])
})

t.test('what is as it was is no change, whatever the order of its contracts', async (t) => {
  const asset = anAsset({ contractIds: ['k2', 'k1'] })
  t.same(ask(asset, { ask: 'change', byId, to: { name: '打印机', contractIds: ['k1', 'k2'] } }), [])
  t.match(ask(asset, { ask: 'change', byId, to: { contractIds: ['k1'] } }), [{ fields: ['contractIds'], changes: {} }])
})

t.test('a retired asset is not changed until it is in use again', async (t) => {
  const retired = anAsset({ state: 'retired' })
  t.equal(ask(retired, { ask: 'change', byId, to: { name: 'x' } }), 'asset-retired')
  t.same(ask(retired, { ask: 'change', byId, to: { name: '打印机' } }), [])
  t.match(ask(retired, { ask: 'turn', byId, state: 'in_use', reason: '' }), [{ state: ['retired', 'in_use'] }])
})

t.test('to retire one takes a reason; the other states take none', async (t) => {
  for (const reason of ['', '  '])
    t.equal(ask(anAsset(), { ask: 'turn', byId, state: 'retired', reason }), 'reason-needed')
  t.match(ask(anAsset(), { ask: 'turn', byId, state: 'retired', reason: '主板坏' }), [{ state: ['in_use', 'retired'] }])
  for (const state of ['spare', 'in_repair'] as const)
    t.match(ask(anAsset(), { ask: 'turn', byId, state, reason: '' }), [
      { type: 'asset.state', state: ['in_use', state] },
    ])
  t.same(ask(anAsset(), { ask: 'turn', byId, state: 'in_use', reason: '' }), [])
})

t.test('whatever is asked in whatever order, the events lead to what stands, one version each', async () => {
  const state = fc.constantFrom<State>('in_use', 'spare', 'in_repair', 'retired')
  const place = fc.option(fc.constantFrom('p1', 'p2'), { nil: null })
  const asks = fc.array(
    fc.oneof(
      fc.record({
        ask: fc.constant('turn' as const),
        byId: fc.constant(byId),
        state,
        reason: fc.constantFrom('', '坏了'),
      }),
      fc.record({ ask: fc.constant('change' as const), byId: fc.constant(byId), to: fc.record({ placeId: place }) }),
    ),
  )
  fc.assert(
    fc.property(asks, (all) => {
      let asset = anAsset()
      let events = 0
      for (const one of all) {
        const said = ask(asset, one)
        if (typeof said === 'string') continue
        events += said.length
        asset = said.reduce(evolve, asset)
        if (one.ask === 'turn' && asset.state !== one.state) return false
        if (one.ask === 'change' && asset.placeId !== one.to.placeId) return false
      }
      return asset.version === 1 + events
    }),
  )
})
