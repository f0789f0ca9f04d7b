/** Builds the demonstration hospital from its plan: rows, in the order they may be written. Pure and the same each time. */
import { chance, idOf, names } from './chance.ts'
import { BUILDINGS, ROOMS, UNITS, type UnitPlan } from './plan.ts'

export type PlaceSeed = {
  id: string
  campus: string
  parentId: string | null
  kind: 'building' | 'floor' | 'room' | 'bed'
  code: string
  zh: string
  en: string
  path: string
  noTransmit: boolean
}
export type UnitSeed = { id: string; plan: UnitPlan; code: string; placeIds: string[] }
export type NumberSeed = {
  id: string
  realm: string
  number: string
  kind: 'ward' | 'mobile' | 'shared_trunk' | 'pilot' | 'legacy'
  note: string | null
  placeId: string | null
  personIds: string[]
}
export type PersonSeed = {
  id: string
  staffCode: string
  name: string
  title: string
  login: string | null
  unitId: string
}
export type HospitalSeed = { places: PlaceSeed[]; units: UnitSeed[]; people: PersonSeed[]; numbers: NumberSeed[] }

/** How many of what there are; the tests and the README say the same. */
export const COUNTS = { people: 200, numbers: 800, agents: 6, supervisors: 2, engineers: 12, reporters: 2 }

export function demonstration(): HospitalSeed {
  const places: PlaceSeed[] = []
  const phones: { unit: UnitPlan; placeId: string }[] = []
  const bedPhones: { unit: UnitPlan; placeId: string }[] = []
  const place = (
    parent: PlaceSeed | undefined,
    kind: PlaceSeed['kind'],
    own: { campus: string; code: string; zh: string; en: string; path: string; noTransmit?: boolean },
  ) => {
    const row = {
      ...own,
      id: idOf(`place ${own.code}`),
      parentId: parent?.id ?? null,
      kind,
      noTransmit: own.noTransmit ?? false,
    }
    places.push(row)
    return row
  }

  const floors = new Map<string, PlaceSeed>()
  for (const [code, campus, zh, en, count] of BUILDINGS) {
    const building = place(undefined, 'building', { campus, code, zh, en, path: zh })
    for (let floor = 1; floor <= count; floor++) {
      const floorCode = `${code}-${String(floor).padStart(2, '0')}`
      const own = { campus, code: floorCode, zh: `${floor} 层`, en: `Floor ${floor}`, path: `${zh} ${floor} 层` }
      floors.set(floorCode, place(building, 'floor', own))
    }
  }

  const units = UNITS.map((plan, index): UnitSeed => {
    const floor = floors.get(`${plan.building}-${String(plan.floor).padStart(2, '0')}`)
    if (!floor) throw new Error(`${plan.zh} is on a floor that is not there`)
    const code = `U${String(index + 1).padStart(3, '0')}`
    const placeIds = ROOMS[plan.kind].map(([zh, en, phoneCount, beds], roomIndex) => {
      const room = place(floor, 'room', {
        campus: plan.campus,
        code: `${floor.code}-${code}-${roomIndex + 1}`,
        zh: `${plan.zh}${zh}`,
        en: `${plan.en} ${en}`,
        path: `${floor.path} ${plan.zh}${zh}`,
        noTransmit: plan.noTransmit ?? false,
      })
      for (let phone = 0; phone < phoneCount; phone++) phones.push({ unit: plan, placeId: room.id })
      for (let bed = 1; bed <= beds; bed++) {
        const own = {
          campus: plan.campus,
          code: `${room.code}-${bed}`,
          zh: `${bed} 床`,
          en: `Bed ${bed}`,
          path: `${room.path} ${bed} 床`,
        }
        bedPhones.push({ unit: plan, placeId: place(room, 'bed', { ...own, noTransmit: room.noTransmit }).id })
      }
      return room.id
    })
    return { id: idOf(`unit ${code}`), plan, code, placeIds }
  })

  const people = staff(units)
  return { places, units, people, numbers: numbers(people, phones, bedPhones) }
}

const TITLES = ['护士', '护士', '主管护师', '护士长', '医师', '主治医师', '主任医师', '技师']

function staff(units: UnitSeed[]): PersonSeed[] {
  const draw = chance(200)
  const unitOf = (zh: string) => (units.find(({ plan }) => plan.zh === zh) ?? units[0]) as UnitSeed
  const desk = unitOf('信息中心')
  const logins: [count: number, login: string, title: string, unit: UnitSeed][] = [
    [COUNTS.agents, 'agent', '调度员', desk],
    [COUNTS.supervisors, 'supervisor', '值班主管', desk],
    [1, 'admin', '系统管理员', desk],
    [1, 'auditor', '审计员', unitOf('医务处')],
    [COUNTS.engineers, 'engineer', '工程师', unitOf('总务处')],
    [COUNTS.reporters, 'reporter', '护士', unitOf('心内科')],
  ]
  const people: PersonSeed[] = []
  const drawn = names(COUNTS.people, 8)
  const add = (login: string | null, title: string, unit: UnitSeed) => {
    const staffCode = `E${String(people.length + 1).padStart(4, '0')}`
    people.push({
      id: idOf(`person ${staffCode}`),
      staffCode,
      name: drawn[people.length] ?? staffCode,
      title,
      login,
      unitId: unit.id,
    })
  }
  for (const [count, login, title, unit] of logins) {
    for (let i = 1; i <= count; i++) add(count > 1 ? `${login}${i}` : login, title, unit)
  }
  while (people.length < COUNTS.people) {
    const unit = units[people.length % units.length] as UnitSeed
    const clinical = unit.plan.kind === 'nursing_unit' || unit.plan.kind === 'department'
    add(null, clinical ? (TITLES[Math.floor(draw() * TITLES.length)] ?? '护士') : '职员', unit)
  }
  return people
}

function numbers(
  people: PersonSeed[],
  phones: { unit: UnitPlan; placeId: string }[],
  bedPhones: { unit: UnitPlan; placeId: string }[],
): NumberSeed[] {
  const found: NumberSeed[] = []
  const add = (realm: string, number: string, kind: NumberSeed['kind'], but: Partial<NumberSeed> = {}) =>
    found.push({
      id: idOf(`number ${realm} ${number}`),
      realm,
      number,
      kind,
      note: null,
      placeId: null,
      personIds: [],
      ...but,
    })
  const person = (index: number) => (people[index] as PersonSeed).id

  // Numbers that do not say where the caller is.
  add('old', '60000', 'shared_trunk', { note: '老院区模拟中继，不代表地点' })
  add('old', '60001', 'shared_trunk', { note: '老院区旧交换机出局号' })
  add('new', '60000', 'shared_trunk', { note: '新院区会议中心合用线' })
  add('old', '60010', 'pilot', { note: '内科楼引示号' })
  add('new', '60010', 'pilot', { note: '住院楼引示号' })
  // What people dialled before there was a desk, when it rings back as a caller.
  add('old', '6600', 'legacy', { note: '原信息科报修', personIds: [person(10)] })
  add('old', '6601', 'legacy', { note: '原总务科报修', personIds: [person(14)] })
  add('new', '6600', 'legacy', { note: '原信息科报修', personIds: [person(11)] })
  add('new', '6601', 'legacy', { note: '原总务科报修', personIds: [person(15)] })
  // One phone, two people: the night-duty mobile and a shared desk. The agent chooses.
  add('public', '19900000901', 'mobile', { note: '夜班值班手机，两人轮用', personIds: [person(40), person(41)] })
  add('new', '62999', 'mobile', { note: '两人合用分机', personIds: [person(60), person(61)] })
  // V-net short numbers of mobiles.
  for (let i = 0; i < 8; i++)
    add('public', `66${String(801 + i)}`, 'mobile', { note: 'V 网短号', personIds: [person(24 + i)] })
  for (let i = 0; i < 80; i++) add('public', `1990000${String(1001 + i)}`, 'mobile', { personIds: [person(i)] })

  // A phone gets the next free extension of its unit; beds last, until there are 800 numbers.
  const next = new Map<UnitPlan, number>()
  for (const { unit, placeId } of [...phones, ...bedPhones]) {
    if (found.length >= COUNTS.numbers) break
    const offset = next.get(unit) ?? 0
    next.set(unit, offset + 1)
    add(unit.campus, String(unit.extension + offset), 'ward', { placeId })
  }
  return found
}
