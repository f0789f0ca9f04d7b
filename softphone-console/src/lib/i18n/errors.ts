import type { Plain } from './words.ts'
import { room } from './words.ts'

/** What the desk says for each code of a refusal or an outage. Ends in a fact or an action. */
export const errors = room({
  'server-unreachable': {
    zh: '看不到服务器，没有提交。连上后再试。',
    en: 'The server cannot be seen; nothing was sent. Try again when it is back.',
  },
  'timed-out': {
    zh: '服务器没有回答，不知道有没有收到。请看一下再试。',
    en: 'The server did not answer; it may or may not have heard. Look before trying again.',
  },
  'signed-out': { zh: '登录已结束，请重新登录。', en: 'Your session has ended. Sign in again.' },
  'wrong-name-or-password': { zh: '账号或密码不对。', en: 'Wrong account or password.' },
  'wrong-password': { zh: '密码不对。', en: 'Wrong password.' },
  'too-many-tries': { zh: '试得太多，请稍等再试。', en: 'Too many tries. Wait a little.' },
  'locked-out': { zh: '账号已锁定，请找管理员。', en: 'The account is locked. Ask an administrator.' },
  'password-too-weak': {
    zh: '密码太短或太常见，请换一个。',
    en: 'The password is too short or too common. Choose another.',
  },
  'not-allowed': { zh: '你没有这个权限。', en: 'You may not do this.' },
  'not-found': { zh: '找不到，或你看不到它。', en: 'Not found, or not yours to see.' },
  'bad-request': { zh: '填写有误，请核对。', en: 'Something is filled in wrongly. Check and try again.' },
  'bad-origin': { zh: '这个地址不允许访问。', en: 'This address may not be used.' },
  'ticket-changed-meanwhile': {
    zh: '别人刚改过这张工单，请看过再存。',
    en: 'Somebody changed this ticket meanwhile. Look before saving.',
  },
  'ticket-already-closed': { zh: '工单已结束，请先重开。', en: 'The ticket is finished. Reopen it first.' },
  'ticket-touched': {
    zh: '这张工单已经写过内容，不能再说“不需要工单”。',
    en: 'This ticket already holds something; it cannot be explained away.',
  },
  'callback-taken': { zh: '这条回电已有人领了。', en: 'Somebody has taken this callback.' },
  'callback-cleared': { zh: '这条回电已经了结。', en: 'This callback is settled.' },
  'agent-signed-out': { zh: '你还没有上线。', en: 'You are not signed in as an agent.' },
  'not-an-agent': { zh: '你的账号不接电话。', en: 'Your account does not take calls.' },
  'phone-not-registered': { zh: '话机没有连上，不能就绪。', en: 'The phone is not connected; you cannot be ready.' },
  'ring-untested': { zh: '铃声还没有试过，不能就绪。', en: 'The ring has not been tested; you cannot be ready.' },
  'number-not-allowed': { zh: '这个号码不能拨。', en: 'This number may not be dialled.' },
  'already-on-a-call': { zh: '你正在通话，不能再拨。', en: 'You are on a call already.' },
  'already-exists': { zh: '已经有同样的一条。', en: 'There is one like this already.' },
  'rate-limited': { zh: '太快了，请稍等。', en: 'Too fast. Wait a little.' },
  'postgres-down': {
    zh: '数据库断开，暂时存不了。电话照常。',
    en: 'The database is down; nothing can be saved. Phones go on.',
  },
  'asterisk-down': { zh: '交换机断开，命令送不到。', en: 'The exchange is out of reach; the wish was not sent.' },
  'vault-down': { zh: '录音库连不上，过一会儿再听。', en: 'The recording vault is out of reach. Listen later.' },
})

/** For a code the dictionary does not know: what kind of failure it was. */
export const failures = {
  refused: { zh: (code: string) => `没有办成（${code}）。`, en: (code: string) => `Not done (${code}).` },
  outage: {
    zh: (code: string) => `有一条线断了（${code}），过一会儿再试。`,
    en: (code: string) => `A wire is down (${code}). Try later.`,
  },
  bug: {
    zh: (code: string) => `服务器出了错（${code}），已记下。`,
    en: (code: string) => `The server failed (${code}). It is on record.`,
  },
}

/** The sentence kept for a code, if there is one. */
export function sentenceFor(code: string): Plain | undefined {
  return (errors as Record<string, Plain>)[code]
}
