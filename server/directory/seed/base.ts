/** What any hospital of this shape starts with: the codes that Asterisk's configuration knows, and the categories. */

export type Labelled = { code: string; zh: string; en: string }

export const CAMPUSES = [
  { code: 'old', zh: '老院区', en: 'Old campus', seal: 'outlined', address: '127.0.0.11', firstNumber: 8001 },
  { code: 'new', zh: '新院区', en: 'New campus', seal: 'solid', address: '127.0.0.12', firstNumber: 8101 },
] as const

/** In the order of the numbers dialled: 8001/8101 logistics, and so on. Needs asterisk-config/pbx/extensions.conf. */
export const LINES: readonly Labelled[] = [
  { code: 'logistics', zh: '总务后勤', en: 'Logistics' },
  { code: 'it', zh: '信息系统终端', en: 'IT and terminals' },
  { code: 'equipment', zh: '设备维修', en: 'Medical equipment' },
  { code: 'property', zh: '基建物业', en: 'Building and property' },
]

/** Old habits: numbers people dialled before there was a desk, on both campuses. */
export const LEGACY = [
  { number: '6600', line: 'it' },
  { number: '6601', line: 'logistics' },
]

/** Phones that stand on the seats and ring when no browser does; the night handset. */
export const DESK_PHONES = ['d8121', 'd8122', 'd8123', 'd8124', 'd8125', 'd8126']
export const NIGHT_HANDSET = 'd8190'

export type CategorySeed = Labelled & { line: string; needsIp?: boolean; under?: Labelled[] }

const of = (
  line: string,
  code: string,
  zh: string,
  en: string,
  under: [string, string, string][],
  needsIp = false,
) => ({
  line,
  code,
  zh,
  en,
  needsIp,
  under: under.map(([leaf, zh, en]) => ({ code: `${code}.${leaf}`, zh, en })),
})

/** Two levels for each line. Codes are for good; a category is retired, never deleted. */
export const CATEGORIES: readonly CategorySeed[] = [
  of('logistics', 'transport', '运送', 'Transport', [
    ['patient', '病人运送', 'Patient'],
    ['specimen', '标本运送', 'Specimen'],
    ['drug', '药品运送', 'Drugs'],
    ['document', '文件运送', 'Documents'],
  ]),
  of('logistics', 'cleaning', '保洁', 'Cleaning', [
    ['ward', '病区保洁', 'Ward'],
    ['toilet', '卫生间', 'Toilet'],
    ['spill', '液体泼洒', 'Spill'],
    ['terminal', '终末消毒', 'Terminal cleaning'],
  ]),
  of('logistics', 'linen', '被服', 'Linen', [
    ['collect', '收取', 'Collect'],
    ['deliver', '下送', 'Deliver'],
    ['missing', '短缺', 'Missing'],
  ]),
  of('logistics', 'catering', '膳食', 'Catering', [
    ['patient', '病人餐', 'Patient meal'],
    ['staff', '职工餐', 'Staff meal'],
    ['diet', '治疗饮食', 'Therapeutic diet'],
  ]),
  of('logistics', 'consumables', '物资', 'Consumables', [
    ['request', '领用', 'Request'],
    ['urgent', '紧急调拨', 'Urgent'],
    ['return', '退库', 'Return'],
  ]),
  of('logistics', 'waste', '医废', 'Clinical waste', [
    ['collect', '收运', 'Collect'],
    ['sharps', '利器盒', 'Sharps box'],
    ['leak', '渗漏', 'Leak'],
  ]),
  of('logistics', 'moving', '搬运', 'Moving', [
    ['furniture', '家具', 'Furniture'],
    ['device', '设备', 'Device'],
    ['ward', '病区搬迁', 'Ward move'],
  ]),

  of(
    'it',
    'software',
    '软件',
    'Software',
    [
      ['doctor', '医生站软件', 'Doctor station'],
      ['nurse', '护士站软件', 'Nurse station'],
      ['hrp', 'HRP', 'HRP'],
      ['office', 'Office 等办公', 'Office'],
      ['calling', '叫号软件', 'Queue-calling software'],
      ['inpatient-billing', '住院收费', 'Inpatient billing'],
      ['follow-up', '随访', 'Follow-up'],
      ['oa', 'OA', 'OA'],
      ['lab', '检验', 'Laboratory'],
      ['outpatient-billing', '门诊收费', 'Outpatient billing'],
      ['registration', '挂号', 'Registration'],
      ['exam', '技诊', 'Examination'],
      ['haina', '海纳', 'Haina'],
      ['lianzhong', '联众', 'Lianzhong'],
    ],
    true,
  ),
  of('it', 'hardware', '硬件', 'Hardware', [
    ['printer', '打印机', 'Printer'],
    ['pc', '电脑', 'PC'],
    ['network', '网络', 'Network'],
    ['calling-screen', '叫号屏硬件', 'Queue-calling screen'],
    ['power', '电气照明', 'Power and lighting'],
  ]),
  of('it', 'order-revocation', '医嘱退改', 'Order revocation', [['form', '退改', 'Request']]),
  of('it', 'it-other', '其他', 'Other', [['any', '其他', 'Other']]),

  of('equipment', 'life-support', '急救与生命支持', 'Life support', [
    ['ventilator', '呼吸机', 'Ventilator'],
    ['monitor', '监护仪', 'Patient monitor'],
    ['infusion', '输液泵', 'Infusion pump'],
    ['defibrillator', '除颤仪', 'Defibrillator'],
  ]),
  of('equipment', 'imaging', '影像设备', 'Imaging', [
    ['ct', 'CT', 'CT'],
    ['mr', '磁共振', 'MR'],
    ['dr', 'DR', 'Digital radiography'],
    ['ultrasound', '超声', 'Ultrasound'],
  ]),
  of('equipment', 'laboratory', '检验设备', 'Laboratory', [
    ['analyser', '分析仪', 'Analyser'],
    ['centrifuge', '离心机', 'Centrifuge'],
    ['fridge', '冷藏设备', 'Cold storage'],
  ]),
  of('equipment', 'theatre', '手术设备', 'Theatre', [
    ['table', '手术床', 'Table'],
    ['light', '无影灯', 'Light'],
    ['anaesthesia', '麻醉机', 'Anaesthesia'],
    ['endoscope', '内镜', 'Endoscope'],
  ]),
  of('equipment', 'ophthalmic', '眼科设备', 'Ophthalmic', [
    ['slit-lamp', '裂隙灯', 'Slit lamp'],
    ['oct', 'OCT', 'OCT'],
    ['phaco', '超声乳化仪', 'Phaco'],
  ]),
  of('equipment', 'equipment-other', '其他设备', 'Other', [['any', '其他', 'Other']]),

  of('property', 'electric', '照明电气', 'Lighting and power', [
    ['light', '照明', 'Light'],
    ['socket', '插座', 'Socket'],
    ['trip', '跳闸停电', 'Power loss'],
  ]),
  of('property', 'water', '给排水', 'Water', [
    ['leak', '漏水', 'Leak'],
    ['blocked', '堵塞', 'Blocked'],
    ['hot', '热水', 'Hot water'],
  ]),
  of('property', 'air', '空调', 'Air conditioning', [
    ['hot', '不制冷', 'No cooling'],
    ['cold', '不制热', 'No heating'],
    ['noise', '异响', 'Noise'],
  ]),
  of('property', 'lift', '电梯', 'Lift', [
    ['trapped', '困人', 'Someone trapped'],
    ['stopped', '停梯', 'Stopped'],
    ['door', '门故障', 'Door'],
  ]),
  of('property', 'gas', '医用气体', 'Medical gas', [
    ['oxygen', '氧气', 'Oxygen'],
    ['vacuum', '负压', 'Vacuum'],
    ['terminal', '终端漏气', 'Outlet leak'],
  ]),
  of('property', 'building', '土建门窗', 'Building', [
    ['door', '门锁', 'Door and lock'],
    ['window', '窗', 'Window'],
    ['wall', '墙地面', 'Wall and floor'],
  ]),
]
