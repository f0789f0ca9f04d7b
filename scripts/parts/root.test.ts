import t from 'tap'
import { rootWarning } from './root.ts'

t.test('whoever starts the desk as root is told so, and what to do, in both languages', async (t) => {
  t.match(rootWarning(0), /正以 root 运行[\s\S]*useradd[\s\S]*Running as root[\s\S]*chown/)
  t.equal(rootWarning(1000), undefined)
})
