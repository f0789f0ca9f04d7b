/** Causes of the demonstration hospital: what a new desk may begin with, and its supervisors change. */
import type { Db } from '../../db/index.ts'
import { putCause } from './store.ts'

type Cause = [code: string, zh: string, en: string]
const CAUSES: Record<string, [Cause, Cause[]][]> = {
  it: [
    [
      ['hardware', '硬件', 'Hardware'],
      [
        ['worn_part', '配件磨损', 'Worn part'],
        ['power', '电源', 'Power'],
      ],
    ],
    [
      ['software', '软件', 'Software'],
      [
        ['setting', '设置不对', 'Wrong setting'],
        ['bug', '程序缺陷', 'A fault of the program'],
      ],
    ],
    [
      ['network', '网络', 'Network'],
      [
        ['cable', '网线或水晶头', 'Cable or plug'],
        ['switch_port', '交换机端口', 'Switch port'],
      ],
    ],
    [['use', '使用', 'Use'], [['not_known', '不会用', 'Not known how']]],
  ],
  equipment: [
    [
      ['device', '设备本身', 'The device'],
      [
        ['sensor', '探头或传感器', 'Probe or sensor'],
        ['board', '电路板', 'Circuit board'],
        ['battery', '电池', 'Battery'],
      ],
    ],
    [['handling', '操作', 'Handling'], [['dropped', '跌落或碰撞', 'Dropped or hit']]],
  ],
  logistics: [
    [
      ['transport', '运送', 'Transport'],
      [
        ['late_order', '下单晚', 'Ordered late'],
        ['wrong_place', '送错地点', 'Wrong place'],
      ],
    ],
    [['stock', '库存', 'Stock'], [['out_of_stock', '缺货', 'Out of stock']]],
  ],
  property: [
    [
      ['water', '水', 'Water'],
      [
        ['leak', '漏水', 'Leak'],
        ['blocked', '堵塞', 'Blocked'],
      ],
    ],
    [
      ['power', '电', 'Electricity'],
      [
        ['tripped', '跳闸', 'Tripped'],
        ['lamp', '灯具坏', 'Lamp broken'],
      ],
    ],
    [['building', '房屋', 'Building'], [['door', '门窗', 'Door or window']]],
  ],
}

/** Once, for a demonstration: a line that has causes keeps its own. */
export async function seedCauses(db: Db, { demo }: { demo: boolean }): Promise<void> {
  if (!demo) return
  await db.transaction(async (tx) => {
    const organisations = await tx('organisations').select('id')
    for (const { id: organisationId } of organisations) {
      if (await tx('causes').where({ organisation_id: organisationId }).first('id')) continue
      for (const [line, groups] of Object.entries(CAUSES))
        for (const [upper, lower] of groups) {
          const parentId = await put(upper, null)
          if (parentId === undefined) continue
          for (const one of lower) await put(one, parentId)
          async function put([code, zh, en]: Cause, parentId: string | null): Promise<string | undefined> {
            return putCause(tx, { organisationId, line }, { code, zh, en, parentId, retired: false })
          }
        }
    }
  })
}
