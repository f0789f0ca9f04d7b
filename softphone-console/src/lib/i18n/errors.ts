import type { Plain } from './words.ts'
import { room } from './words.ts'

/** What the desk says for each code of a refusal. Ends in a fact or an action. */
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
  'wrong-password': { zh: '原密码不对。', en: 'The old password is wrong.' },
  'password-refused': {
    zh: '密码太短、太常见（常用词加几个数字也算）或含有姓名账号，请换一个。',
    en: 'The password is too short, too common (a usual word with some digits is), or holds the name or account. Choose another.',
  },
  'password-must-be-changed': { zh: '请先换密码。', en: 'Change the password first.' },
  'too-many-attempts': { zh: '试得太多，请过几分钟再试。', en: 'Too many attempts. Wait a few minutes.' },
  'too-many-requests': { zh: '太快了，请稍等。', en: 'Too fast. Wait a little.' },
  'ticket-acted-meanwhile': {
    zh: '工单刚有人处理过，请看一下再试。',
    en: 'Somebody acted on this ticket meanwhile. Look, then try again.',
  },
  'no-such-cause': {
    zh: '没有这个故障原因，或已停用。',
    en: 'There is no such cause, or it is retired.',
  },
  'cause-of-another-line': {
    zh: '这个故障原因是别的服务线的。',
    en: 'That cause belongs to another line.',
  },
  'two-levels': {
    zh: '故障原因只有两级：请选一个上级，或留空。',
    en: 'Causes have two levels: choose one of the upper level, or none.',
  },
  'arrived-already': {
    zh: '已经登记到场了。',
    en: 'Somebody has arrived already.',
  },
  'waiting-for-what': {
    zh: '请选在等什么：科室、厂家、配件或时间窗。',
    en: 'Say what it waits for: the ward, a vendor, a part or a window.',
  },
  'waiting-until-when': {
    zh: '请选一个以后的时间。',
    en: 'Choose a time that is still to come.',
  },
  'not-waiting': {
    zh: '这张工单没有挂起。',
    en: 'This ticket is not waiting.',
  },
  'words-needed': {
    zh: '请写几个字说明。',
    en: 'Write a few words.',
  },
  'stars-needed': {
    zh: '请选 1 到 5 星。',
    en: 'Choose one to five stars.',
  },
  'reviewed-already': {
    zh: '已经审核过了。',
    en: 'It has been reviewed already.',
  },
  'reviewed-by-another': {
    zh: '自己做的由别人审核。',
    en: 'Whoever did it does not review it: somebody else does.',
  },
  'review-comes-first': {
    zh: '先审核，再由科室验收。',
    en: 'It is reviewed first, and then the ward says whether it works.',
  },
  'parts-are-open': {
    zh: '协办的工单还没有完成，完成后再来。',
    en: 'Another crew’s part is still open: come back when it is done.',
  },
  'verified-already': {
    zh: '科室已经验收过了。',
    en: 'The ward has said that it works already.',
  },
  'verify-the-whole': {
    zh: '协办不单独验收：请在主工单上验收。',
    en: 'A part is not verified by itself: verify the ticket it belongs to.',
  },
  'a-part-has-no-parts': {
    zh: '协办的工单不再分：请在主工单上加。',
    en: 'A part has no parts: add one to the ticket it belongs to.',
  },
  'ticket-not-merged': {
    zh: '这张工单没有并到别的工单。',
    en: 'This ticket is not merged into another.',
  },
  'merged-already': {
    zh: '那张工单已经并到别处，请并到它指向的那张。',
    en: 'That one is merged itself: choose the ticket its number leads to.',
  },
  'split-instead': {
    zh: '合并的要用“拆开”。',
    en: 'A merge is taken back by splitting.',
  },
  'linked-already': {
    zh: '这两张已经关联了。',
    en: 'These two are linked already.',
  },
  'the-same-ticket': {
    zh: '不能选它自己。',
    en: 'Choose another ticket than this one.',
  },
  'which-ticket': {
    zh: '请选另一张工单。',
    en: 'Choose the other ticket.',
  },
  'the-same-line': {
    zh: '已经在这条服务线上。',
    en: 'It is on that line already.',
  },
  'moved-already': {
    zh: '已经转过一次服务线：请首问客服或值班长决定。',
    en: 'It went to another line once: the first taker or the shift lead decides.',
  },
  'answered-already': {
    zh: '已经答复过了。',
    en: 'It has been answered already.',
  },
  'not-allowed': { zh: '您没有这个权限。', en: 'You may not do this.' },
  'not-found': { zh: '找不到，或您看不到它。', en: 'Not found, or not yours to see.' },
  'foreign-origin': { zh: '这个地址不允许访问。', en: 'This address may not be used.' },
  'console-not-built': {
    zh: '控制台还没有构建，请管理员运行 npm start。',
    en: 'The console has not been built. Ask the administrator to run npm start.',
  },
  'idempotency-key-malformed': {
    zh: '请求编号不对，请重新加载页面。',
    en: 'The request carries a malformed key. Reload the page.',
  },
  'idempotency-key-reused': {
    zh: '同一编号用在了不同的内容上，请重新加载页面。',
    en: 'One key was used for two different things. Reload the page.',
  },
  'cursor-not-ours': {
    zh: '翻页位置失效，请从头看起。',
    en: 'This place in the list is no longer valid. Start from the top.',
  },
  'asterisk-value-refused': {
    zh: '交换机不能接受这个值，请核对号码。',
    en: 'The exchange cannot take this value. Check the number.',
  },
  'asterisk-refused': {
    zh: '交换机拒绝了，请核对后再试。',
    en: 'The exchange refused. Check and try again.',
  },
  'call-is-over': { zh: '这通电话已经结束了。', en: 'This call is over already.' },
  'request-malformed': { zh: '填写有误，请核对。', en: 'Something is filled in wrongly. Check and try again.' },
  'time-not-possible': { zh: '没有这个时间，请核对。', en: 'There is no such time: check it.' },
  'text-not-storable': {
    zh: '有不能存的字符，请删去。',
    en: 'There are characters that cannot be stored. Take them out.',
  },
  'too-long': { zh: '写得太长了。', en: 'That is too long.' },
  'body-too-large': { zh: '内容太大了。', en: 'That is too large.' },
  'already-there': { zh: '已经有同样的一条。', en: 'There is one like this already.' },
  overlaps: { zh: '时间与另一条重叠。', en: 'The period overlaps another one.' },
  'still-in-use': { zh: '还有别的内容用着它，不能删。', en: 'Something still uses it; it cannot go.' },
  'not-possible': { zh: '这样填不成立，请核对。', en: 'That is not possible. Check it.' },
  'try-again': { zh: '正好有人同时在改，请再试一次。', en: 'Somebody changed it at the same moment. Try again.' },
  'request-not-finished': { zh: '刚才那一次还在办，请稍等。', en: 'The first wish is still under way. Wait a moment.' },
  'no-such-version': { zh: '请刷新后再改。', en: 'Reload before changing it.' },
  'ticket-changed-meanwhile': {
    zh: '别人刚改过这张工单，请看过再存。',
    en: 'Somebody changed this ticket meanwhile. Look before saving.',
  },
  'offer-not-open': {
    zh: '这次派单已经有了结果：有人接了、退了，或者已改派。请看工单。',
    en: 'This offer is over: accepted, declined or passed on. See the ticket.',
  },
  'offer-to-another': {
    zh: '这张单不是派给这个人的，要给他请重新派单。',
    en: 'This job was not offered to them. To send them, dispatch it again.',
  },
  'one-or-the-other': { zh: '派给人或派给班组，只能选一个。', en: 'Choose a person or a crew, not both.' },
  'rules-changed-meanwhile': {
    zh: '别人刚改过这条线的派单规则，请看过再存。',
    en: 'Somebody changed the rules of this line meanwhile. Look before saving.',
  },
  'ticket-not-open': { zh: '工单已结束。要继续处理，请先返修。', en: 'The ticket is finished. Reopen it first.' },
  'ticket-not-in-that-state': { zh: '工单现在的状态不能这样做。', en: 'The ticket is not in a state for that.' },
  'ticket-of-another-line': {
    zh: '这个电话的工单在另一条服务线，请让那边处理，或在您的服务线另开一张。',
    en: 'This call’s ticket is of another line: leave it to them, or open a ticket of your own line.',
  },
  'ticket-has-content': {
    zh: '这张工单已经写过内容，不能再说“不需要工单”。',
    en: 'This ticket already holds something; it cannot be explained away.',
  },
  'somebody-needed': {
    zh: '请指派一个人或一个班组，两者不能都空。',
    en: 'Name a person or a crew: a ticket in progress has one of them.',
  },
  'category-needed': { zh: '还缺类别。', en: 'The category is missing.' },
  'category-of-another-line': { zh: '这个类别属于另一条服务线。', en: 'That category belongs to another line.' },
  'no-such-category': { zh: '没有这个类别。', en: 'There is no such category.' },
  'no-such-line': { zh: '没有这条服务线。', en: 'There is no such line.' },
  'port-exists': { zh: '已有这个代码的对讲端口。', en: 'There is a radio port with this code.' },
  'port-not-commissioned': {
    zh: '这个端口还没有通过投用检查，不能启用。',
    en: 'This port was not commissioned; it cannot be enabled.',
  },
  'port-enabled': { zh: '请先停用这个端口再做投用检查。', en: 'Switch the port off before commissioning it.' },
  'gateway-not-up': { zh: '网关不在线，不能检查。', en: 'The gateway is not there; it cannot be commissioned.' },
  'nothing-to-witness': {
    zh: '没有已做完的投用检查可以见证。',
    en: 'There is no finished commissioning to witness.',
  },
  'commissioning-runs': { zh: '正在检查这个端口。', en: 'This port is being commissioned now.' },
  'profile-refused': { zh: '网关参数有不能用的值。', en: 'The gateway profile has values that cannot be.' },
  'handheld-taken': { zh: '另一台对讲机已用这个编号或识别码。', en: 'Another handheld has this code or identity.' },
  'handheld-held-then': { zh: '那段时间已有人持有这台对讲机。', en: 'Somebody holds this handheld at that time.' },
  'person-on-shift-then': {
    zh: '这个人那段时间已经在班上。',
    en: 'This person is on a shift at that time already.',
  },
  'shift-too-long': { zh: '一班最长 36 小时，请核对日期。', en: 'A shift is 36 hours at most. Check the dates.' },
  'shift-is-over': { zh: '这一班已经结束。', en: 'This shift is over.' },
  'shift-is-vacant': { zh: '这一班还没有人，先排上人。', en: 'Nobody holds this shift yet. Put somebody on it.' },
  'shift-has-begun': {
    zh: '这一班已经开始：请用“交班”把余下的时间交出去。',
    en: 'This shift has begun: hand over the rest of it instead.',
  },
  'leave-is-not-handed-over': { zh: '休假不能交给别人。', en: 'Leave cannot be handed to somebody else.' },
  'roster-overlaps': {
    zh: '排班重叠：有人在那时已经有班。请换人，或先改那一班。',
    en: 'The roster overlaps itself: somebody has another shift then. Choose somebody else, or change that shift first.',
  },
  'pattern-overlaps-itself': {
    zh: '同一个人在同一天占了两个位置，请换人或减少人数。',
    en: 'One person would have two places on the same day. Choose somebody else or fewer people.',
  },
  'pattern-rule-unreadable': {
    zh: '重复规则看不懂：例如 FREQ=DAILY，或 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR。',
    en: 'The rule cannot be read: FREQ=DAILY for example, or FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR.',
  },
  'pattern-rule-of-days-only': {
    zh: '重复规则只写哪些天：起止日期和时间在别的格子里写。',
    en: 'The rule says on which days only: first and last day and times have fields of their own.',
  },
  'pattern-never-happens': { zh: '按这个规则，一年里没有一天。', en: 'By this rule there is no day within a year.' },
  'pattern-ends-before-it-begins': { zh: '最后一天早于第一天。', en: 'The last day is before the first.' },
  'pattern-is-over': { zh: '这个排班规律已经停用。', en: 'This pattern repeats no more.' },
  'no-such-time-zone': {
    zh: '没有这个时区，例如 Asia/Shanghai。',
    en: 'There is no such time zone; Asia/Shanghai is one.',
  },
  'no-such-system': { zh: '没有这个系统。', en: 'There is no such system.' },
  'roster-changed-meanwhile': {
    zh: '别人刚改过，已重新读取，请再看一遍。',
    en: 'Somebody has just changed it; it was read again. Look once more.',
  },
  'roster-too-long': { zh: '一页最多看两个月。', en: 'A page shows two months at most.' },
  'person-away-then': { zh: '那段时间此人休假。', en: 'This person is on leave then.' },
  'person-has-no-way': {
    zh: '找不到这个人：没有电话、对讲机，也没有账号。先补上联系方式，或确认仍要排班。',
    en: 'There is no way to reach this person: no number, no handheld, no account. Add one, or confirm to go on.',
  },
  'need-stands-already': { zh: '已经有一样的值守要求。', en: 'The same is asked for already.' },
  'not-on-duty': { zh: '现在不在班上。', en: 'Not on a shift now.' },
  'swap-is-not-open': { zh: '这次换班已经有了结果。', en: 'This swap is decided already.' },
  'swap-is-not-yours': {
    zh: '这要由被问的人（或提出的人）来答。',
    en: 'Only whoever was asked, or asked, can answer this.',
  },
  'swap-not-agreed': { zh: '对方还没有同意。', en: 'It is not agreed yet.' },
  'swap-with-oneself': { zh: '不能和自己换班。', en: 'Nobody swaps with themselves.' },
  'swap-asked-already': {
    zh: '已经问过这个人了，等他回答。',
    en: 'This person is asked already; wait for the answer.',
  },
  'swap-shift-not-theirs': {
    zh: '这一班已经不在他名下，换班不成。',
    en: 'The shift is not theirs any more, so it cannot be swapped.',
  },
  'handover-to-oneself': { zh: '不能交给自己，请选接班的人。', en: 'Choose somebody else to hand over to.' },
  'handover-is-over': { zh: '这次交班已经结束。', en: 'This handover is over.' },
  'handover-is-not-yours': {
    zh: '只有接班的人能确认，只有交班的人能撤回。',
    en: 'Only whoever takes over acknowledges it, and only whoever began it withdraws it.',
  },
  'handover-begun-already': {
    zh: '您已经有一次交班没有完成：等接班人确认，或先撤回。',
    en: 'You have begun one already: it waits for the next lead, or can be withdrawn.',
  },
  'day-malformed': { zh: '日期要写成 2026-12-01。', en: 'A day is written 2026-12-01.' },
  'time-malformed': { zh: '时间要写成 08:00。', en: 'A time is written 08:00.' },
  'to-the-same-person': { zh: '已经是这个人了。', en: 'It is this person already.' },
  'both-roles': {
    zh: '同一个人不能同时是这个系统的 A 角和 B 角。',
    en: 'One person cannot be both A and B of a system.',
  },
  'plan-has-begun': { zh: '已经开始，不能删除。请改为交接。', en: 'It has begun. Hand the handheld over instead.' },
  'plan-not-found': { zh: '没有这项安排。', en: 'There is no such plan.' },
  'no-such-crew': { zh: '没有这个班组。', en: 'There is no such crew.' },
  'call-not-yours-now': { zh: '您现在不在这通电话上。', en: 'You are not on this call now.' },
  'no-such-handheld': { zh: '没有这台对讲机。', en: 'There is no such handheld.' },
  'sound-not-yet': {
    zh: '这段话还没写完，请过几秒再放。',
    en: 'This is still being recorded. Play it in a few seconds.',
  },
  'sound-not-found': { zh: '这段没有录音。', en: 'There is no sound of this.' },
  'ports-not-patched': {
    zh: '这些端口现在不能互联：有一个已在别的互联里，或没有接通。',
    en: 'These ports cannot be joined now: one is in another patch, or is not up.',
  },
  'radio-not-here': {
    zh: '对讲现在由另一台服务器掌管，请稍后再试。',
    en: 'Another server holds the radio now. Try again in a moment.',
  },
  'over-not-received': {
    zh: '只有从对讲机收到的对讲语音才能标是谁。',
    en: 'Only an over heard from a handheld can be tagged.',
  },
  'radio-port-unknown': {
    zh: '没有这个对讲端口。',
    en: 'There is no such radio port.',
  },
  'radio-not-keyed': {
    zh: '没有人在这个端口上发射。',
    en: 'Nobody is transmitting on that port.',
  },
  'radio-port-down': {
    zh: '这个端口没有接通，没有发出去。',
    en: 'That port is not up; nothing was transmitted.',
  },
  'radio-order-too-old': {
    zh: '对讲状态已变，请再按一次。',
    en: 'The radio has changed meanwhile. Press again.',
  },
  'radio-not-joined': {
    zh: '您还没有接入这个端口，正在重拨。',
    en: 'You are not joined to that port; dialling again.',
  },
  'callout-not-found': { zh: '没有这次呼叫。', en: 'There is no such call-out.' },
  'callout-names-patient': {
    zh: '这段话里可能有患者信息，任何人都能听到对讲。请改写，或确认后再播。',
    en: 'These words may name a patient, and anyone can hear the radio. Change them, or confirm.',
  },
  'callout-too-long': {
    zh: '这段话太长，超过了对讲一次发射的时限。请缩短。',
    en: 'Too long for one transmission. Shorten it.',
  },
  'callout-over': { zh: '这次呼叫已经结束。', en: 'This call-out is over.' },
  'no-speech': {
    zh: '服务器不能朗读（缺 espeak-ng 或中文语音）。请用话筒呼叫，并告知管理员。',
    en: 'The server has no voice (espeak-ng or its Mandarin is missing). Call by microphone, and tell the administrator.',
  },
  'port-not-enabled': { zh: '这个对讲端口还没有启用。', en: 'This radio port is not enabled.' },
  'no-such-unit': { zh: '没有这个科室。', en: 'There is no such department.' },
  'no-such-person': { zh: '没有这个人。', en: 'There is no such person.' },
  'no-such-row': { zh: '名录里没有这一条，请刷新。', en: 'The directory has no such entry: reload.' },
  'no-such-day': { zh: '没有这一天，请按日历选。', en: 'There is no such day; pick one of the calendar.' },
  'no-such-place': { zh: '没有这个地点。', en: 'There is no such place.' },
  'campus-needed': { zh: '还缺院区。', en: 'The campus is missing.' },
  'note-needed': { zh: '请写一句说明。', en: 'Please write a note.' },
  'reason-needed': { zh: '请选一个原因。', en: 'Please choose a reason.' },
  'resolution-needed': { zh: '请选怎样解决的。', en: 'Please choose how it was solved.' },
  'changed-meanwhile': {
    zh: '别人刚改过这一条，请看过再存。',
    en: 'Somebody changed this meanwhile. Look before saving.',
  },
  'kept-in-site-file': {
    zh: '电话交换机只认 site.json。请改那个文件，再重新启动。',
    en: 'The exchange goes by site.json alone. Change that file and start again.',
  },
  'set-once': { zh: '这一项建好后不能改。', en: 'This cannot be changed once made.' },
  'does-not-retire': { zh: '这种内容不能停用。', en: 'This kind of row cannot be retired.' },
  'already-retired': { zh: '已经停用了。', en: 'It is retired already.' },
  oneself: { zh: '不能停用自己。', en: 'You cannot retire yourself.' },
  'last-administrator': { zh: '这是最后一位管理员，不能去掉。', en: 'This is the last administrator; one must stay.' },
  'no-such-campus': { zh: '没有这个院区。', en: 'There is no such campus.' },
  'no-such-parent': { zh: '没有这个上级。', en: 'What it should be within does not exist.' },
  'parent-on-another-campus': { zh: '上级在另一个院区。', en: 'What it should be within is on another campus.' },
  'inside-itself': { zh: '不能放进它自己里面。', en: 'It cannot be put inside itself.' },
  'ends-before-it-begins': { zh: '结束早于开始。', en: 'It would end before it begins.' },
  'asset-code-taken': {
    zh: '这个编号已经是另一台设备的，请核对标签。',
    en: 'Another asset has this code: look at the label again.',
  },
  'asset-retired': {
    zh: '这台设备已报废；要改，先恢复在用。',
    en: 'This asset is retired; put it in use again before changing it.',
  },
  'many-would-vanish': {
    zh: '表里少了很多在册设备，什么也没有导入：核对表格，或确认报废这么多。',
    en: 'Many assets of the register are not on the sheet; nothing was imported. Check it, or confirm that they go.',
  },
  'asset-not-found': { zh: '没有这台设备。', en: 'There is no such asset.' },
  'company-not-found': { zh: '没有这家公司。', en: 'There is no such company.' },
  'contract-not-found': { zh: '没有这份合同。', en: 'There is no such contract.' },
  'system-not-found': { zh: '没有这个系统。', en: 'There is no such system.' },
  'import-has-bad-rows': { zh: '有问题行，什么也没有导入。', en: 'There are bad rows; nothing was imported.' },
  'not-an-ip-address': { zh: 'IP 地址不对。', en: 'That is not an IP address.' },
  'callback-taken': { zh: '这条回电已有人认领。', en: 'Somebody has taken this callback.' },
  'callback-cleared': { zh: '这条回电已经关闭。', en: 'This callback is closed.' },
  'phone-elsewhere': {
    zh: '您的话机现在在另一台电脑上。要在这里接听，请按“上线”并确认接过来。',
    en: 'Your phone is on another computer now. To take calls here, press "Take calls" and confirm.',
  },
  'rights-changed': {
    zh: '您的权限在这期间变了，这次的结果不再显示。请刷新后看现在的情况。',
    en: 'Your rights have changed meanwhile, so that answer is not shown again. Reload to see how things stand.',
  },
  'no-recording-alarm': {
    zh: '这通电话的录音没有待确认的问题，可能别人刚确认过。',
    en: 'Nothing about this recording waits to be acknowledged; somebody may just have done it.',
  },
  'not-signed-in': { zh: '您还没有上线。', en: 'You are not taking calls yet.' },
  'not-an-agent': { zh: '您的账号不接电话。', en: 'Your account does not take calls.' },
  'no-station': { zh: '您的账号没有分配话机，请找管理员。', en: 'Your account has no station. Ask an administrator.' },
  'not-in-wrap-up': { zh: '现在不在话后处理。', en: 'You are not in wrap-up.' },
  'number-needed': { zh: '请写号码。', en: 'Write the number.' },
  'too-deep': { zh: '层级太深：最多八层。', en: 'Too deep: at most eight levels.' },
  'sheet-too-big': {
    zh: '这个表格太大：最多 5000 行、约两百万字。请分成几个文件导入。',
    en: 'This sheet is too big: at most 5,000 rows, some two million characters. Split it into several files.',
  },
  'number-unreadable': {
    zh: '这不是一个能拨的号码：写 2 到 20 位数字，+86、空格和横线都可以，一次一个号码。',
    en: 'That is no number to dial: 2 to 20 digits, with +86, spaces or dashes if you like, one number at a time.',
  },
  'mobile-not-allowed': {
    zh: '这个手机还没有获准外呼：请管理员在通讯录里写成某人的手机，再打。回电没有占在您名下；用别的电话打过了，可以人工关闭。',
    en: 'This mobile may not be called yet: ask an administrator to write it in the directory as somebody’s, then call. A callback is not kept for you; called by another phone, it can be closed by hand.',
  },
  'dial-refused': {
    zh: '交换机拨不出这个号码：它只拨各院区分机和通讯录里的手机。请核对号码，或请管理员把手机写进通讯录；回电没有占在您名下。',
    en: 'The exchange cannot dial this number: it dials wards and mobiles of the directory. Check the number, or ask an administrator to write the mobile there; a callback is not kept for you.',
  },
})

/** For a code the dictionary does not know: what kind of failure it was. */
export const failures = {
  refused: { zh: (code: string) => `没有办成（${code}）。`, en: (code: string) => `Not done (${code}).` },
  outage: {
    zh: (wire: string) => `${wire}断开，过一会儿再试。电话照常。`,
    en: (wire: string) => `${wire} is down. Try again later; calls go on.`,
  },
  bug: {
    zh: (code: string) => `服务器出了错（${code}），已记下。`,
    en: (code: string) => `The server failed (${code}). It is on record.`,
  },
}

/** The sentence kept for a code, if there is one; `place-not-found` and its like say what `not-found` says. */
export function sentenceFor(code: string): Plain | undefined {
  const kept = errors as Record<string, Plain>
  return kept[code] ?? (code.endsWith('-not-found') ? kept['not-found'] : undefined)
}
