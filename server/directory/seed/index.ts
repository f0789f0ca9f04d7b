/** What a desk starts with: the codes Asterisk knows, a first administrator; for a demonstration, a whole hospital. */
import { existsSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { hashPassword, makePassword } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import type { Site } from '../../site.ts'
import { idOf } from './chance.ts'
import { demonstration } from './hospital.ts'
import { CREWS } from './plan.ts'
import { demoBase, siteBase } from './site-base.ts'
import { followSite } from './site-store.ts'
import * as store from './store.ts'

/** As written into accounts.json: by role. */
export type Accounts = Record<string, { name: string; password: string; display: string }[]>
/** What was made now; everything false when the desk had been seeded before. */
export type Seeded = { base: boolean; demo: boolean; administrator: boolean; accountsFile: string | null }

/**
 * Brings an empty database to a desk's beginning; a seeded one is left as it is. `demo` adds the demonstration
 * hospital, if there is no place yet. With a site file there is no demonstration, and the directory's telephones are made
 * those of the file at every start. New accounts are written to `<varDir>/accounts.json`, mode 600, never printed.
 * Without `demo` there is one administrator, whose password must be changed at the first sign-in.
 */
export async function seed(
  db: Db,
  { demo: wanted, varDir, site }: { demo: boolean; varDir: string; site?: Site | undefined },
): Promise<Seeded> {
  const demo = wanted && !site
  const file = join(varDir, 'accounts.json')
  const half = `${file}.half`
  const seeded = await db.transaction(async (tx) => {
    await store.holdSeed(tx)
    const base = !(await store.hasOrganisation(tx))
    const name = demo
      ? { code: 'demo', zh: '示范医院', en: 'Demonstration Hospital' }
      : { code: 'hospital', zh: '医院', en: 'Hospital' }
    if (base) await store.insertBase(tx, site ? siteBase(site) : demoBase(name))
    else if (site) await followSite(tx, siteBase(site))
    const hospital = demo && !(await store.hasPlaces(tx))
    const accounts: Accounts = {}
    if (hospital) await seedHospital(tx, accounts)
    const administrator = !(await store.hasAdministrator(tx))
    if (administrator) await seedAdministrator(tx, accounts)
    const any = Object.keys(accounts).length > 0
    // On disk before the commit, in its place after it: a kill in between loses no password.
    if (any) await writeSecret(half, varDir, `${JSON.stringify(accounts, null, 2)}\n`)
    return { base, demo: hospital, administrator, accountsFile: any ? file : null }
  })
  if (seeded.accountsFile || (existsSync(half) && !existsSync(file))) await rename(half, file)
  return seeded
}

async function seedHospital(tx: Parameters<typeof store.insertDesk>[0], accounts: Accounts): Promise<void> {
  const hospital = demonstration()
  await store.insertHospital(tx, hospital)
  const lineOfEngineer = CREWS.flatMap(([, line, , , count]) => Array<string>(count).fill(line))
  const rows = hospital.people
    .filter(({ login }) => login !== null)
    .map(async ({ id, login, name }) => {
      const [, role = '', index = '1'] = /^([a-z]+?)(\d*)$/.exec(login ?? '') ?? []
      const password = makePassword()
      accounts[role] = [...(accounts[role] ?? []), { name: login ?? '', password, display: name }]
      const nth = Number(index || 1) - 1
      const scope = {
        campus: role === 'supervisor' ? (['old', 'new'][nth] ?? null) : null,
        line: role === 'engineer' ? (lineOfEngineer[nth] ?? null) : null,
      }
      return {
        personId: id,
        login: login ?? '',
        passwordHash: await hashPassword(password),
        mustChange: false,
        grants: [{ role, ...scope }],
      }
    })
  await store.insertAccounts(tx, await Promise.all(rows))
  const idsOf = (role: string) => hospital.people.filter(({ login }) => login?.startsWith(role)).map(({ id }) => id)
  await store.insertDesk(tx, idsOf('agent'), idsOf('engineer'))
}

async function seedAdministrator(tx: Parameters<typeof store.insertDesk>[0], accounts: Accounts): Promise<void> {
  const password = makePassword()
  accounts.admin = [{ name: 'admin', password, display: '管理员' }]
  const account = {
    personId: idOf('person ADMIN'),
    login: 'admin',
    passwordHash: await hashPassword(password),
    mustChange: true,
    grants: [{ role: 'admin', campus: null, line: null }],
  }
  await store.insertAdministrator(tx, account, '管理员')
}

async function writeSecret(path: string, folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = await open(path, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
