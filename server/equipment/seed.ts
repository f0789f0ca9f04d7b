/** The demonstration hospital's equipment: six hundred assets, eight companies, contracts that hold and some that are over. */
import { chance } from '../directory/index.ts'
import type { ContractKind } from '../wire/equipment.ts'

export type CompanySeed = { code: string; name: string; numbers: string[]; mail: string | null }
export type ContractSeed = {
  code: string
  company: string
  line: string
  kind: ContractKind
  what: string
  system: string | null
  respondMin: number | null
  /** years from today in which it holds */
  years: [number, number]
}
export type AssetSeed = {
  code: string
  name: string
  maker: string
  model: string
  unit: number
  supplier: string
  contract: string | null
  /** days from today; null: nobody knows */
  warrantyDays: number | null
  responsible: number | null
}

export const COMPANIES: CompanySeed[] = [
  ['property', '物业公司', ['66001']],
  ['huaying', '华影医疗设备有限公司', ['13800000101', '02160000101']],
  ['anke', '安科监护技术有限公司', ['13800000102']],
  ['bokang', '博康检验仪器有限公司', ['13800000103']],
  ['jinghe', '景和办公设备有限公司', ['13800000104']],
  ['yunqi', '云栖医疗软件有限公司', ['13800000105']],
  ['xinda', '信达网络工程有限公司', ['13800000106']],
  ['kangtai', '康泰电梯维保有限公司', ['13800000107']],
].map(([code, name, numbers]) => ({
  ...{ code: code as string, name: name as string, numbers: numbers as string[] },
  mail: code === 'property' ? null : `service@${code as string}.example`,
}))

type Terms = [string, string, string, ContractKind, string, string | null, number | null, [number, number]]
export const CONTRACTS: ContractSeed[] = (
  [
    ['property', 'property', 'property', 'maintenance', '新院区物业维修', null, null, [-1, 2]],
    ['huaying-mt', 'huaying', 'equipment', 'maintenance', '影像设备维保', null, 120, [-1, 1]],
    ['anke-mt', 'anke', 'equipment', 'maintenance', '监护与输注设备维保', null, 240, [-2, 1]],
    ['bokang-mt', 'bokang', 'equipment', 'maintenance', '检验设备维保（已到期）', null, 240, [-4, -1]],
    ['bokang-sp', 'bokang', 'equipment', 'supply', '检验设备供货', null, 480, [-3, 3]],
    ['jinghe-mt', 'jinghe', 'it', 'maintenance', '打印机与终端维保', null, 240, [-1, 1]],
    ['yunqi-his', 'yunqi', 'it', 'maintenance', 'HIS 运维', 'his', 30, [-1, 2]],
    ['yunqi-emr', 'yunqi', 'it', 'maintenance', '电子病历运维', 'emr', 30, [-1, 2]],
    ['xinda-pacs', 'xinda', 'it', 'supply', 'PACS 供货', 'pacs', 60, [-2, 1]],
    ['xinda-lis', 'xinda', 'it', 'maintenance', 'LIS 运维（已到期）', 'lis', 60, [-3, -1]],
    ['kangtai-mt', 'kangtai', 'property', 'maintenance', '电梯维保', null, 30, [-1, 2]],
  ] as Terms[]
).map(([code, company, line, kind, what, system, respondMin, years]) => ({
  ...{ code, company, line, kind, what, system, respondMin, years },
}))

/** code, name, maker, model, supplier, contract, how many in a hundred */
const KINDS: [string, string, string, string, string, string | null, number][] = [
  ['DY', '打印机', '惠普', 'M404dn', 'jinghe', 'jinghe-mt', 22],
  ['DN', '电脑', '联想', 'M760t', 'jinghe', 'jinghe-mt', 24],
  ['JH', '监护仪', '迈瑞', 'N15', 'anke', 'anke-mt', 16],
  ['SZ', '输液泵', '麦科田', 'TI10', 'anke', 'anke-mt', 12],
  ['XD', '心电图机', '光电', 'ECG-2350', 'anke', null, 6],
  ['CS', '超声仪', '迈瑞', 'R7', 'huaying', 'huaying-mt', 6],
  ['DR', '移动 DR', '联影', 'uDR 370i', 'huaying', 'huaying-mt', 3],
  ['SH', '生化分析仪', '贝克曼', 'AU680', 'bokang', 'bokang-mt', 3],
  ['SM', '扫码枪', '霍尼韦尔', '1900', 'jinghe', null, 8],
]

export const HOW_MANY = 600
/** Chosen once. Another number is another hospital. */
const SEED = 260

/** The same six hundred each time. `unit` and `responsible` count through what there is of them. */
export function assetSeeds(units: number, engineers: number): AssetSeed[] {
  const draw = chance(SEED)
  const upTo = (most: number) => Math.floor(draw() * most)
  const every = KINDS.flatMap((kind) => Array<(typeof KINDS)[number]>(kind[6]).fill(kind))
  return Array.from({ length: HOW_MANY }, (_, n) => {
    const [letters, name, maker, model, supplier, contract] = every[n % every.length] as (typeof KINDS)[number]
    return {
      ...{ code: `${letters}-${String(n + 1).padStart(5, '0')}`, name, maker, model, supplier },
      unit: upTo(units),
      contract: draw() < 0.8 ? contract : null,
      // a third in warranty, most of the others long out of it, of some nobody knows
      warrantyDays: draw() < 0.08 ? null : upTo(2_200) - 1_450,
      responsible: draw() < 0.7 && engineers > 0 ? upTo(engineers) : null,
    }
  })
}
