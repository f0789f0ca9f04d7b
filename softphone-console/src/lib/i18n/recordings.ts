import { room } from './words.ts'

export const recordingState = room({
  recording: { zh: '录音中', en: 'Recording' },
  filing: { zh: '正在归档', en: 'Filing' },
  filed: { zh: '已归档，已核对', en: 'Filed and checked' },
  missing: { zh: '缺失', en: 'Missing' },
  short: { zh: '录音不全', en: 'Short' },
})

export const recordings = room({
  recording: { zh: '录音', en: 'Recording' },
  caller: { zh: '来电', en: 'Caller' },
  agent: { zh: '客服', en: 'Agent' },
  play: { zh: '播放', en: 'Play' },
  pause: { zh: '暂停', en: 'Pause' },
  back5: { zh: '−5 秒', en: '−5 s' },
  on5: { zh: '＋5 秒', en: '+5 s' },
  slower: { zh: '放慢', en: 'Slower' },
  faster: { zh: '加快', en: 'Faster' },
  speed: { zh: (n: string) => `${n}×`, en: (n: string) => `${n}×` },
  speedNow: { zh: (n: string) => `语速 ${n} 倍`, en: (n: string) => `Speed ${n} times` },
  position: { zh: '播放位置', en: 'Position' },
  positionIs: { zh: (at: string, of: string) => `${at}，共 ${of}`, en: (at: string, of: string) => `${at} of ${of}` },
  wave: { zh: '双声道波形：上为来电人，下为客服', en: 'Waveform of both voices: caller above, agent below' },
  noPeaks: { zh: '波形没取到，声音不受影响', en: 'No waveform; the sound is not affected' },
  keys: { zh: '空格 播放 · ← → 5 秒 · , . 快慢', en: 'Space plays · ← → 5 s · , . speed' },
  mayNot: { zh: '您没有听这段录音的权限', en: 'You may not listen to this recording' },
  heardIsKept: { zh: '每次收听都会记下', en: 'Every listening is written down' },
  whyRecording: { zh: '通话还在进行，挂断后几秒可听', en: 'The call goes on; ready seconds after it ends' },
  whyFiling: { zh: '正在核对并存进录音库', en: 'Being checked and put into the vault' },
  whyMissing: { zh: '这通电话没有留下声音，已报警', en: 'No sound was kept of this call; the alarm is up' },
  whyShort: { zh: '比通话短，缺的部分见下', en: 'Shorter than the talk; what is missing is below' },
  length: {
    zh: (rec: string, talk: string) => `录 ${rec} · 讲 ${talk}`,
    en: (rec: string, talk: string) => `${rec} recorded · ${talk} talked`,
  },
  soundGone: { zh: '服务器上找不到这段声音', en: 'The server does not have this sound' },
  soundDecode: { zh: '声音文件读不懂，请报给管理员', en: 'The sound cannot be read; tell an administrator' },
  soundNetwork: { zh: '取声音时断了，连上后再试', en: 'Cut off while fetching; try again' },
  blocked: { zh: '浏览器不让放声音，请再按一次播放', en: 'The browser held the sound back; press play again' },
  voicemail: { zh: '留言', en: 'Voicemail' },
  listeners: { zh: (n: number) => `谁听过（${n}）`, en: (n: number) => `Who listened (${n})` },
  nobodyListened: { zh: '还没有人听过', en: 'Nobody has listened yet' },
})

/** What the check of a recording found; `side` is whose voice, lengths in seconds as text. */
export const finding = {
  zh: (kind: string, side: string, seconds: string) => `${side}${kind}${seconds && ` ${seconds} 秒`}`,
  en: (kind: string, side: string, seconds: string) => `${side}${side && ': '}${kind}${seconds && ` ${seconds} s`}`,
}

export const findingKind = room({
  missing: { zh: '声音缺失', en: 'voice missing' },
  short: { zh: '声音短了', en: 'voice short by' },
  repaired: { zh: '文件头已修复', en: 'header repaired' },
  silent: { zh: '全程无声', en: 'silent throughout' },
  unreadable: { zh: '文件读不懂', en: 'file unreadable' },
  gap: { zh: '中间缺失', en: 'gap of' },
})
