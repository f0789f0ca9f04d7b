import t from 'tap'
import { type AssetCase, type Company, forAsset, forSystem, type Holding } from './for-whom.ts'

const at = new Date('2026-12-01T04:00:00Z')
const days = (n: number) => new Date(at.getTime() + n * 86_400_000)
const company = (id: string, but: Partial<Company> = {}): Company => ({
  ...{ id, code: id, name: id, numbers: ['66001'], mail: null, retired: false },
  ...but,
})
const contract = (id: string, but: Partial<Holding> = {}): Holding => ({
  ...{ id, kind: 'maintenance', respondMin: 60, from: days(-10), to: days(10), company: company(`of-${id}`) },
  ...but,
})
const asset = (but: Partial<AssetCase> = {}): AssetCase => ({
  ...{ retired: false, warrantyEnds: days(-1), supplier: company('maker'), contracts: [], responsibleId: 'wang' },
  ...but,
})

t.test('in warranty its supplier is for it, by the contract that supplied it where there is one', async (t) => {
  const inWarranty = asset({ warrantyEnds: days(1), contracts: [contract('m')] })
  t.match(forAsset(inWarranty, at), {
    company: { id: 'maker' },
    contractId: null,
    because: ['in-warranty', 'by-supplier'],
  })
  const supplied = asset({ warrantyEnds: days(1), contracts: [contract('m'), contract('s', { kind: 'supply' })] })
  t.match(forAsset(supplied, at), { company: { id: 'of-s' }, contractId: 's', because: ['in-warranty', 'by-contract'] })
  t.match(forAsset(asset({ warrantyEnds: days(1), supplier: null, contracts: [contract('m')] }), at), {
    company: null,
    because: ['in-warranty', 'supplier-unknown'],
  })
})

t.test('warranty ends with its instant: out of it the vendor of its contract is for it', async (t) => {
  const ends = (warrantyEnds: Date) => forAsset(asset({ warrantyEnds, contracts: [contract('m')] }), at)
  t.match(ends(new Date(at.getTime() + 1)), { company: { id: 'maker' } })
  t.match(ends(at), { company: { id: 'of-m' }, respondMin: 60, because: ['out-of-warranty', 'by-contract'] })
})

t.test('out of warranty and without a contract that holds, nobody is for it, and it says so', async (t) => {
  const none = { company: null, contractId: null, because: ['out-of-warranty', 'no-contract'] }
  const contracts: [string, Holding[]][] = [
    ['none', []],
    ['over', [contract('m', { to: at })]],
    ['not yet', [contract('m', { from: days(1), to: null })]],
    ['of supply alone', [contract('s', { kind: 'supply' })]],
  ]
  for (const [name, held] of contracts) t.match(forAsset(asset({ contracts: held }), at), none, name)
  t.match(forAsset(asset({ contracts: [contract('m', { from: at, to: null })] }), at), { contractId: 'm' })
})

t.test('where nobody knows the warranty its contract holds, and it says that nobody knows', async (t) => {
  t.match(forAsset(asset({ warrantyEnds: null, contracts: [contract('m')] }), at), {
    contractId: 'm',
    because: ['warranty-unknown', 'by-contract'],
  })
  t.match(forAsset(asset({ warrantyEnds: null }), at), { because: ['warranty-unknown', 'no-contract'] })
})

t.test('of several contracts one that can be asked, then the soonest, then the newest', async (t) => {
  const gone = company('gone', { retired: true })
  const all = [
    contract('gone', { respondMin: 1, company: gone }),
    contract('open', { respondMin: null }),
    contract('older', { from: days(-9) }),
    contract('newer', { from: days(-8) }),
  ]
  t.match(forAsset(asset({ contracts: all }), at), { contractId: 'newer' })
  t.match(forAsset(asset({ contracts: all.slice(0, 2) }), at), { contractId: 'open' })
  t.match(forAsset(asset({ contracts: all.slice(0, 1) }), at), {
    company: null,
    because: ['out-of-warranty', 'company-retired'],
  })
  t.match(forAsset(asset({ warrantyEnds: days(1), supplier: gone }), at), {
    company: null,
    because: ['in-warranty', 'company-retired'],
  })
})

t.test(
  'the responsible engineer is named in any case, also of a retired asset, for which nobody else is',
  async (t) => {
    for (const one of [asset(), asset({ warrantyEnds: days(1) }), asset({ contracts: [contract('m')] })])
      t.equal(forAsset(one, at).responsibleId, 'wang')
    t.same(forAsset(asset({ retired: true, contracts: [contract('m')] }), at), {
      ...{ company: null, contractId: null, respondMin: null, because: ['asset-retired'], responsibleId: 'wang' },
    })
  },
)

t.test('of a system the company of its contract, whichever kind; without one nobody', async (t) => {
  t.match(forSystem([contract('s', { kind: 'supply' })], at), { contractId: 's', because: ['by-contract'] })
  t.match(forSystem([contract('s', { to: at })], at), { company: null, because: ['no-contract'] })
})
