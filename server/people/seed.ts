export { type Accounts, type Seeded, seed } from './seed/index.ts'
