/// The trials of pairs: one a pair, in one column.
import TareCore

extension TrialSheet {
  package init(pairs: ScoredPairs) { self.init(pairs: pairs, sections: nil) }

  /// - Parameters:
  ///   - taken: some of the pairs, ascending; nil for all.
  ///   - sections: of each prompt, in place of the responses' own, [group].
  ///   - hasPlaces: whether trials will be matched with those of another model.
  init(
    pairs: ScoredPairs, taking taken: [Int32]? = nil, sections: NameColumn?,
    hasPlaces: Bool = true
  ) {
    let responses = pairs.responses
    let count = taken?.count ?? pairs.count
    var trials = TrialColumns()
    trials.reserve(count, places: hasPlaces ? 2 : 0)
    var starts: [Int32] = []
    var ids: [String] = []
    var ranks: [Int32] = []
    var strata = GroupStrata(responses, sections)
    var stratumOfPrompt: [Int32] = []
    var last: Int32 = -1
    for place in 0..<count {
      let pair = taken.map { Int($0[place]) } ?? place
      let group = pairs.groups[pair]
      let row = Int(pairs.chosenRows[pair])
      if group != last {
        last = group
        starts.append(Int32(place))
        ids.append(responses.groups.ids[Int(group)])
        ranks.append(pairs.ranks[Int(group)])
        stratumOfPrompt.append(strata.number(of: Int(group), row))
      }
      trials.append(
        margin: pairs.margin(pair),
        place: hasPlaces
          ? (responses.positions[row], responses.positions[Int(pairs.rejectedRows[pair])]) : nil)
    }
    starts.append(Int32(count))
    self.init(
      columns: [Column("correct")], trials: trials, starts: starts, ids: ids, stratumOfPrompt,
      strata.keys, ranks: ranks)
  }
}
