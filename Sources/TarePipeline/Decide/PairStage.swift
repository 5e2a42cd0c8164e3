/// Responses to one prompt, compared two by two in both orders.
internal import TareCore
internal import TareScoring
internal import TareStore

/// The responses of a run that are compared with each other.
struct PairGroups {
  /// Places among the items, in their order; groups of one response are left out.
  private(set) var groups: [[Int]] = []

  /// Those of one row; rows of one response each are put together by their prompt's id.
  init(_ items: [RunItem]) {
    var ofRow: [Int: [Int]] = [:]
    for (place, item) in items.enumerated() { ofRow[item.position, default: []].append(place) }
    var ofPrompt: [[String?]: Int] = [:]
    for (place, item) in items.enumerated() {
      guard let row = ofRow[item.position], row.first == place else { continue }
      guard row.count == 1 else {
        groups.append(row)
        continue
      }
      let key = [item.section, item.subset, item.promptID]
      if let group = ofPrompt[key] {
        groups[group].append(place)
      } else {
        ofPrompt[key] = groups.count
        groups.append([place])
      }
    }
  }
}

struct PairStage {
  let source: DecisionSource
  let store: Store
  let run: Run
  let judging: PairJudging
  let observer: StageObserver

  /// Pairs that are computed together.
  private static let pairsAtOnce = 32

  private var scorer: Scorer { source.scorer }

  func run(_ summary: inout DecideStage.Summary) throws(TareError) {
    let start = ContinuousClock.now
    let items = try store.undecidedItems(of: run, limit: .max)
    summary.rows = try store.summary(of: run).items
    let groups = PairGroups(items).groups
    if let lone = groups.first(where: { $0.count == 1 }) {
      let item = items[lone[0]]
      throw .badData(
        place: "row \(item.position + 1)", found: "one response to the prompt '\(item.promptID)'",
        accepted: "at least two, to compare them")
    }
    var done = summary.rows - items.count
    var next = 0
    while next < groups.count {
      guard !observer.shouldStop() else {
        throw .interrupted(
          "stopped after \(done) of \(summary.rows) responses; finished work is stored")
      }
      var batch: [[Int]] = []
      var pairs = 0
      while next < groups.count, pairs < Self.pairsAtOnce {
        batch.append(groups[next])
        pairs += groups[next].count * (groups[next].count - 1) / 2
        next += 1
      }
      try judge(batch.map { $0.map { items[$0] } }, &summary)
      done += batch.reduce(0) { $0 + $1.count }
      summary.seconds = (ContinuousClock.now - start) / .seconds(1)
      observer.report(
        StageProgress(
          work: "compared", done: done, computed: summary.computed, total: summary.rows,
          tokens: summary.tokens, seconds: summary.seconds))
    }
    try store.finishDecisions(run)
  }

  private func judge(
    _ groups: [[RunItem]], _ summary: inout DecideStage.Summary
  ) throws(TareError) {
    // [group][first][second]
    var reads: [[[DecisionAsk?]]] = []
    var wanted: [Digest: DecisionAsk] = [:]
    var order: [Digest] = []
    for group in groups {
      var table: [[DecisionAsk?]] = []
      for first in group.indices {
        var row: [DecisionAsk?] = []
        for second in group.indices {
          guard first != second else {
            row.append(nil)
            continue
          }
          let read = try self.read(group[first], group[second])
          if wanted.updateValue(read, forKey: read.digest) == nil { order.append(read.digest) }
          row.append(read)
        }
        table.append(row)
      }
      reads.append(table)
    }
    var known = try store.knownDecisions(by: scorer, for: order)
    let answered = try source.answers(order.filter { known[$0] == nil }.compactMap { wanted[$0] })
    known.merge(answered.found) { $1 }
    summary.asked += order.count
    summary.add(answered)
    do throws(TareError) { try answered.check(order) } catch {
      try store.insert(decisions: answered.found, by: scorer, for: [], of: run)
      throw error.resumable(store.isKept)
    }
    var rows: [ItemDecisions] = []
    for (group, table) in zip(groups, reads) {
      for place in group.indices {
        rows.append(decisions(of: group[place], place, table, known))
      }
    }
    try store.insert(decisions: answered.found, by: scorer, for: rows, of: run)
  }

  private func read(_ first: RunItem, _ second: RunItem) throws(TareError) -> DecisionAsk {
    do throws(TareError) {
      return try source.ask(first, second, judging)
    } catch {
      throw error.inside("row \(first.position + 1)")
    }
  }

  /// For each other response two answers: shown first, and shown second. The reward is half the mean
  /// margin over the others, so that two responses differ by their margin.
  private func decisions(
    of item: RunItem, _ place: Int, _ table: [[DecisionAsk?]], _ known: [Digest: StoredDecision]
  ) -> ItemDecisions {
    var digests: [Digest?] = []
    var margins: [Double] = []
    var tokens = 0
    for other in table.indices where other != place {
      guard let shownFirst = table[place][other], let shownSecond = table[other][place],
        let first = known[shownFirst.digest], let second = known[shownSecond.digest]
      else { continue }
      digests += [shownFirst.digest, shownSecond.digest]
      margins.append(PairTrial(first.scores, second.scores, temperature: 1).margin)
      tokens += first.tokens + second.tokens
    }
    let mean = margins.reduce(0, +) / Double(max(margins.count, 1))
    let name = digests.map { $0?.description ?? "-" }.joined(separator: " ")
    return ItemDecisions(
      item: item.id, reads: digests,
      reward: (
        Digest(of: "pairs \(name)"), StoredScore(value: Float(mean / 2), tokens: tokens, readAt: 0)
      ))
  }
}
