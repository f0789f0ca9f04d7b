/** The plan of the demonstration hospital: which unit is on which floor of which building. Chinese first, as it is said. */

export type UnitPlan = {
  kind: 'nursing_unit' | 'department' | 'office' | 'company'
  campus: 'old' | 'new'
  building: string
  floor: number
  zh: string
  en: string
  /** first of its forty extensions */
  extension: number
  noTransmit?: boolean
}

/** code, campus, name, English, floors */
export const BUILDINGS: [string, 'old' | 'new', string, string, number][] = [
  ['O-MZ', 'old', '门诊楼', 'Outpatient Building', 5],
  ['O-NK', 'old', '内科楼', 'Internal Medicine Building', 10],
  ['O-WK', 'old', '外科楼', 'Surgical Building', 10],
  ['O-YJ', 'old', '医技楼', 'Diagnostics Building', 5],
  ['O-XZ', 'old', '行政楼', 'Administration Building', 6],
  ['O-HQ', 'old', '后勤楼', 'Logistics Building', 3],
  ['N-MZ', 'new', '门诊医技楼', 'Outpatient and Diagnostics Building', 6],
  ['N-ZY', 'new', '住院楼', 'Inpatient Building', 18],
  ['N-JZ', 'new', '急诊楼', 'Emergency Building', 4],
  ['N-YK', 'new', '眼科中心', 'Eye Centre', 8],
  ['N-KY', 'new', '科研行政楼', 'Research and Administration Building', 8],
  ['N-ZH', 'new', '后勤综合楼', 'Service Building', 3],
]

type Row = [building: string, floor: number, zh: string, en: string]

const NURSING_NEW: Row[] = [
  ['N-ZY', 6, '心内科', 'Cardiology'],
  ['N-ZY', 7, '心外科', 'Cardiac Surgery'],
  ['N-ZY', 8, '妇科', 'Gynaecology'],
  ['N-ZY', 9, '产科', 'Obstetrics'],
  ['N-ZY', 10, '新生儿科', 'Neonatology'],
  ['N-ZY', 11, '儿科', 'Paediatrics'],
  ['N-ZY', 12, '肿瘤科', 'Oncology'],
  ['N-ZY', 13, '介入科', 'Interventional Medicine'],
  ['N-ZY', 14, '康复科', 'Rehabilitation'],
  ['N-ZY', 15, '感染科', 'Infectious Diseases'],
  ['N-ZY', 4, '手术室', 'Operating Theatres'],
  ['N-ZY', 5, '重症医学科', 'Intensive Care'],
  ['N-YK', 6, '角膜科', 'Cornea'],
  ['N-YK', 7, '眼底科', 'Retina'],
  ['N-YK', 8, '白内障科', 'Cataract'],
  ['N-JZ', 3, '急诊病区', 'Emergency Ward'],
]
const NURSING_OLD: Row[] = [
  ['O-NK', 4, '呼吸内科', 'Respiratory Medicine'],
  ['O-NK', 5, '消化内科', 'Gastroenterology'],
  ['O-NK', 6, '神经内科', 'Neurology'],
  ['O-NK', 7, '肾内科', 'Nephrology'],
  ['O-NK', 8, '内分泌科', 'Endocrinology'],
  ['O-NK', 9, '血液科', 'Haematology'],
  ['O-NK', 10, '老年医学科', 'Geriatrics'],
  ['O-NK', 3, '中医科', 'Chinese Medicine'],
  ['O-WK', 3, '普外科', 'General Surgery'],
  ['O-WK', 4, '骨科', 'Orthopaedics'],
  ['O-WK', 5, '泌尿外科', 'Urology'],
  ['O-WK', 6, '胸外科', 'Thoracic Surgery'],
  ['O-WK', 7, '神经外科', 'Neurosurgery'],
  ['O-WK', 8, '甲乳外科', 'Thyroid and Breast Surgery'],
  ['O-WK', 2, '老院手术室', 'Operating Theatres (old)'],
  ['O-WK', 9, '老院重症医学科', 'Intensive Care (old)'],
]
const DEPARTMENTS_NEW: Row[] = [
  ['N-JZ', 1, '急诊科', 'Emergency Department'],
  ['N-MZ', 1, '门诊收费处', 'Outpatient Cashier'],
  ['N-MZ', 1, '门诊药房', 'Outpatient Pharmacy'],
  ['N-MZ', 2, '放射科', 'Radiology'],
  ['N-MZ', 2, '磁共振室', 'MRI'],
  ['N-MZ', 3, '检验科', 'Laboratory'],
  ['N-MZ', 4, '内镜中心', 'Endoscopy'],
  ['N-YK', 2, '眼科门诊', 'Eye Clinic'],
]
const DEPARTMENTS_OLD: Row[] = [
  ['O-MZ', 1, '老院急诊科', 'Emergency Department (old)'],
  ['O-MZ', 1, '老院收费处', 'Cashier (old)'],
  ['O-MZ', 2, '老院药房', 'Pharmacy (old)'],
  ['O-YJ', 1, '老院放射科', 'Radiology (old)'],
  ['O-YJ', 2, '老院检验科', 'Laboratory (old)'],
  ['O-YJ', 3, '病理科', 'Pathology'],
  ['O-YJ', 4, '输血科', 'Blood Bank'],
  ['O-MZ', 4, '体检中心', 'Health Check Centre'],
]
const OFFICES: Row[] = [
  ['N-KY', 2, '信息中心', 'Information Centre'],
  ['N-KY', 3, '医学装备处', 'Medical Equipment Office'],
  ['N-KY', 4, '医务处', 'Medical Affairs'],
  ['N-KY', 5, '护理部', 'Nursing Office'],
  ['N-ZH', 1, '总务处', 'General Affairs'],
  ['N-ZH', 2, '基建处', 'Building Office'],
  ['O-XZ', 2, '院长办公室', "President's Office"],
  ['O-XZ', 3, '财务处', 'Finance'],
  ['O-XZ', 4, '人力资源处', 'Human Resources'],
  ['O-XZ', 1, '病案室', 'Medical Records'],
  ['O-HQ', 1, '保卫处', 'Security'],
]

const CLOSED_TO_RADIO = /重症|磁共振|新生儿/

const plan = (rows: Row[], kind: UnitPlan['kind'], extensionOf: (index: number) => number): UnitPlan[] =>
  rows.map(([building, floor, zh, en], index) => ({
    kind,
    campus: building.startsWith('N') ? 'new' : 'old',
    building,
    floor,
    zh,
    en,
    extension: extensionOf(index),
    ...(CLOSED_TO_RADIO.test(zh) && { noTransmit: true }),
  }))

/** Sixty units. The first four old wards have the same extensions as the first four new ones: two exchanges, one habit. */
export const UNITS: UnitPlan[] = [
  ...plan(NURSING_NEW, 'nursing_unit', (index) => 62_041 + index * 40),
  ...plan(NURSING_OLD, 'nursing_unit', (index) => (index < 4 ? 62_041 : 61_001) + index * 40),
  ...plan(DEPARTMENTS_NEW, 'department', (index) => 63_001 + index * 40),
  ...plan(DEPARTMENTS_OLD, 'department', (index) => 64_001 + index * 40),
  ...plan(OFFICES, 'office', (index) => 65_001 + index * 40),
  ...plan([['N-ZH', 3, '物业公司', 'Property Company']], 'company', () => 66_001),
]

/** name, English, how many phones, how many beds */
export const ROOMS: Record<UnitPlan['kind'], [string, string, number, number][]> = {
  nursing_unit: [
    ['护士站', 'Nurses’ Station', 3, 0],
    ['医生办公室', 'Doctors’ Office', 2, 0],
    ['治疗室', 'Treatment Room', 1, 0],
    ['01 病房', 'Room 01', 1, 3],
    ['02 病房', 'Room 02', 1, 3],
    ['03 病房', 'Room 03', 1, 3],
    ['04 病房', 'Room 04', 1, 3],
  ],
  department: [
    ['服务台', 'Front Desk', 2, 0],
    ['一号间', 'Room 1', 2, 0],
    ['二号间', 'Room 2', 1, 0],
    ['主任办公室', 'Director’s Office', 1, 0],
  ],
  office: [
    ['办公室', 'Office', 3, 0],
    ['主任办公室', 'Director’s Office', 1, 0],
  ],
  company: [['值班室', 'Duty Room', 2, 0]],
}

/** code, name, English: software systems, each with an A and a B engineer */
export const SYSTEMS: [string, string, string][] = [
  ['his', '医院信息系统 HIS', 'HIS'],
  ['emr', '电子病历 EMR', 'EMR'],
  ['nis', '护理信息系统 NIS', 'NIS'],
  ['lis', '检验信息系统 LIS', 'LIS'],
  ['pacs', '影像系统 PACS', 'PACS'],
  ['hrp', '运营管理 HRP', 'HRP'],
  ['oa', '办公自动化 OA', 'OA'],
  ['calling', '叫号系统', 'Queue calling'],
]

/** code, line, name, English, how many of the twelve engineers, building codes of its zone */
export const CREWS: [string, string, string, string, number, string[]][] = [
  ['it-terminals', 'it', '终端组', 'Terminals', 2, ['N-ZY', 'N-MZ', 'O-NK', 'O-WK']],
  ['it-systems', 'it', '系统组', 'Systems', 2, []],
  ['logistics-crew', 'logistics', '后勤班组', 'Logistics', 3, ['N-ZY', 'N-JZ', 'O-NK']],
  ['equipment-crew', 'equipment', '设备维修组', 'Medical equipment', 3, ['N-ZY', 'O-WK', 'O-YJ']],
  ['property-crew', 'property', '物业维修组', 'Property', 2, ['N-ZY', 'N-ZH', 'O-HQ']],
]
