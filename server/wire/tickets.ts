/** The words of tickets and callbacks, each once: routes check by them, types are derived from them. */
import { type Static, Type } from 'typebox'
import { CHOSEN_KINDS, CLEARED_BY_HAND, RESOLUTIONS, TICKET_STATES, TOLD_BY, WAITING_FOR } from './choices.ts'
import { Code, Id, Nullable, strict, Text, Version } from './fields.ts'

export const TicketState = Type.Enum(TICKET_STATES)
export type TicketState = Static<typeof TicketState>

export const TicketKind = Type.Enum([...CHOSEN_KINDS, 'voicemail'])
export type TicketKind = Static<typeof TicketKind>
export const ChosenKind = Type.Enum(CHOSEN_KINDS)

export const TicketSource = Type.Enum(['call', 'voicemail', 'web', 'radio', ...TOLD_BY])
export type TicketSource = Static<typeof TicketSource>

export const Resolution = Type.Enum(RESOLUTIONS)
export type Resolution = Static<typeof Resolution>

/** why somebody does not go, or gives a job back */
export const DeclineReason = Type.Enum(['busy', 'too_far', 'not_my_field', 'off_duty', 'needs_other', 'other'])
export type DeclineReason = Static<typeof DeclineReason>

export const WaitingFor = Type.Enum(WAITING_FOR)
export type WaitingFor = Static<typeof WaitingFor>

/** `duplicate`: merged into the other · `part`: another crew's share of it · `related`: to be read together */
export const LinkKind = Type.Enum(['duplicate', 'part', 'related'])
export type LinkKind = Static<typeof LinkKind>

/** who said that it works: the ward on the telephone or on its page, the desk for it, or nobody in time */
export const VerifiedHow = Type.Enum(['phone', 'page', 'desk', 'time'])
export type VerifiedHow = Static<typeof VerifiedHow>

/** what a person may say of a call and a ticket there already is */
export const JoinRelation = Type.Enum(['same_fault', 'urge', 'callback', 'also'])
/** `callback`, `outbound`: a call we made about it, owed or not */
export const CallRelation = Type.Enum([...JoinRelation.enum, 'opened', 'outbound'])
export type CallRelation = Static<typeof CallRelation>

const SAID = ['wrong_number', 'test_call', 'caller_silent', 'asked_only', 'internal', 'technical'] as const
/** what a person may give as the reason; the others are the desk's own */
export const SaidReason = Type.Enum(SAID)
export const CallReason = Type.Enum([...SAID, 'hung_up_in_notice', 'outbound'])
export type CallReason = Static<typeof CallReason>

export const OwedWhy = Type.Enum(['abandoned', 'asked', 'voicemail'])
export type OwedWhy = Static<typeof OwedWhy>

export const ClearedHow = Type.Enum(['called_back', 'caller_got_through', 'place_got_through', ...CLEARED_BY_HAND])
export type ClearedHow = Static<typeof ClearedHow>
export const ClearedByHand = Type.Enum(CLEARED_BY_HAND)
export type ClearedByHand = Static<typeof ClearedByHand>

const Grade = Type.Integer({ minimum: 1, maximum: 3 })
const Contact = Text(40)
const What = Text(2_000)

export const NewTicket = Type.Object(
  {
    campus: Code,
    line: Code,
    what: Type.Optional(What),
    placeId: Type.Optional(Id),
    reporterId: Type.Optional(Id),
    contactNumber: Type.Optional(Contact),
    source: Type.Optional(Type.Enum(TOLD_BY)),
  },
  strict,
)
export type NewTicket = Static<typeof NewTicket>

/** Every field as typed; only those present change. `version` is the one the screen was showing. */
export const TicketChange = Type.Object(
  {
    version: Version,
    what: Type.Optional(What),
    notes: Type.Optional(Text(20_000)),
    kind: Type.Optional(ChosenKind),
    line: Type.Optional(Code),
    placeId: Type.Optional(Nullable(Id)),
    placeText: Type.Optional(Text(200)),
    unitId: Type.Optional(Nullable(Id)),
    reporterId: Type.Optional(Nullable(Id)),
    reporterName: Type.Optional(Text(200)),
    contactNumber: Type.Optional(Contact),
    categoryId: Type.Optional(Nullable(Id)),
    confirmedCategoryId: Type.Optional(Nullable(Id)),
    confirmedPlaceId: Type.Optional(Nullable(Id)),
    impact: Type.Optional(Grade),
    urgency: Type.Optional(Grade),
    confirmedImpact: Type.Optional(Nullable(Grade)),
    confirmedUrgency: Type.Optional(Nullable(Grade)),
    ipAddress: Type.Optional(Nullable(Text(60, 1))),
  },
  strict,
)
export type TicketChange = Static<typeof TicketChange>

/** What else is said with an act: which version was shown, why, how it was solved. */
export const TicketAct = Type.Object(
  {
    version: Type.Optional(Version),
    reason: Type.Optional(Text(500)),
    resolution: Type.Optional(Resolution),
    faultCause: Type.Optional(Text(500)),
  },
  strict,
)
/** A person, a crew, or both; what is left out stays as it is. */
export const TicketAssign = Type.Object(
  { version: Type.Optional(Version), assigneeId: Type.Optional(Nullable(Id)), crewId: Type.Optional(Nullable(Id)) },
  strict,
)
