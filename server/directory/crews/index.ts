/** Crews, what they can do, and where: asked by whoever looks for somebody to send. */
export {
  type Crew,
  type CrewMember,
  membersOf as crewMembers,
  readAround as placesAround,
  readCategoriesAbove as categoriesAbove,
  readCrews as crewsOf,
  readNames as crewNames,
  readOfPeople as ofPeople,
} from './store.ts'
