/** A ticket's life by HTTP: every act with what must be said, and what came of those before. */
import { type Static, Type } from 'typebox'
import { TICKET_ACTS } from './choices.ts'
import { Code, Id, Nullable, strict, Text, Time, Version } from './fields.ts'
import { DeclineReason, LinkKind, Resolution, TicketState, WaitingFor } from './tickets.ts'

/**
 * Any act on a ticket: which, and what must be said with it. `version`: the ticket as it was shown; when another act came
 * between, this one is refused and nothing is done.
 */
export const AnyAct = Type.Object(
  {
    act: Type.Enum(TICKET_ACTS),
    version: Type.Optional(Version),
    /** whom: assigned, sent, passed on to, or complained about */
    personId: Type.Optional(Nullable(Id)),
    crewId: Type.Optional(Nullable(Id)),
    /** transferred to another line */
    line: Type.Optional(Code),
    /** accepted or declined */
    offerId: Type.Optional(Id),
    why: Type.Optional(DeclineReason),
    /** why, in words; of a note, a complaint or an answer the words themselves */
    text: Type.Optional(Text(4_000)),
    resolution: Type.Optional(Resolution),
    causeId: Type.Optional(Nullable(Id)),
    faultCause: Type.Optional(Text(500)),
    confirmedCategoryId: Type.Optional(Nullable(Id)),
    confirmedPlaceId: Type.Optional(Nullable(Id)),
    waitingFor: Type.Optional(WaitingFor),
    until: Type.Optional(Time),
    stars: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
    /** merged into or linked with */
    ticketId: Type.Optional(Id),
    linkId: Type.Optional(Id),
    complaintId: Type.Optional(Id),
  },
  strict,
)
export type AnyAct = Static<typeof AnyAct>

const Named = Type.Object({ id: Id, name: Type.String(), title: Nullable(Type.String()) })
const Other = Type.Object({
  ticketId: Id,
  number: Type.String(),
  year: Type.Integer(),
  what: Type.String(),
  state: TicketState,
  line: Code,
})
export const CauseView = Type.Object({
  causeId: Id,
  parentId: Nullable(Id),
  line: Code,
  code: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  retired: Type.Boolean(),
})
export type CauseView = Static<typeof CauseView>

/** A cause by its code within the line; `parent`: the code it stands under, null for the upper level. */
export const CauseWish = Type.Object(
  {
    line: Code,
    code: Code,
    zh: Text(80, 1),
    en: Text(80, 1),
    parent: Nullable(Code),
    retired: Type.Boolean(),
  },
  strict,
)
export type CauseWish = Static<typeof CauseWish>

/** A ticket's life beside its fields, as this person may see it. */
export const TicketLife = Type.Object({
  /** what this person may do now */
  acts: Type.Array(Type.Enum(TICKET_ACTS)),
  waitingFor: Nullable(WaitingFor),
  waitingUntil: Nullable(Type.String()),
  arrivedAt: Nullable(Type.String()),
  reviewedAt: Nullable(Type.String()),
  verifyBy: Nullable(Type.String()),
  verifiedAt: Nullable(Type.String()),
  returned: Type.Integer(),
  moved: Type.Integer(),
  escalated: Type.Boolean(),
  actBy: Nullable(Type.String()),
  stars: Nullable(Type.Integer()),
  cause: Nullable(CauseView),
  survivor: Nullable(Other),
  /** `isFrom`: this one is the duplicate, or the part */
  links: Type.Array(
    Type.Object({ linkId: Id, kind: LinkKind, isFrom: Type.Boolean(), at: Type.String(), other: Other }),
  ),
  complaints: Type.Array(
    Type.Object({
      complaintId: Id,
      at: Type.String(),
      by: Nullable(Named),
      about: Nullable(Named),
      text: Type.String(),
      answerDueAt: Type.String(),
      answer: Nullable(Type.String()),
      answeredBy: Nullable(Named),
      answeredAt: Nullable(Type.String()),
    }),
  ),
})
export type TicketLife = Static<typeof TicketLife>
