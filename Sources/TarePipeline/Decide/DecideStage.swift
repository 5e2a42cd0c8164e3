/// Answers to the questions of a run's rows: computed where the store has none, and linked to the rows.
internal import TareCore
internal import TareScoring
internal import TareStore

/// What answers a run's questions and how its rewards are made.
struct DecideStage {
  let source: DecisionSource
  let store: Store
  let run: Run
  /// Of the rubric; nil for rows that hold their own.
  let rubric: RubricFile?
  let reward: DecisionReward?
  /// Whether rows that cannot be asked are left without answers.
  let leavesOut: Bool
  let averagesOrders: Bool
  let observer: StageObserver

  /// What a call did.
  struct Summary {
    var rows = 0
    /// Questions that were computed, of those asked in this call.
    var computed = 0
    var asked = 0
    /// Questions whose prompts do not fit into the model's context, and requests that are refused.
    var missing = 0
    var tokens = 0
    /// Tokens that were computed; the others were shared with another prompt's start.
    var computedTokens = 0
    var seconds = 0.0
    /// Why servers refused a row, by the row's item.
    var refused: [Int64: TareError] = [:]

    /// Takes what became of so many asks.
    mutating func add(_ answered: DecisionSource.Answered) {
      computed += answered.found.count
      tokens += answered.tokens
      computedTokens += answered.computedTokens
    }
  }

  /// What a row's questions come to.
  private struct Asked {
    var item: RunItem
    /// The reads of each question, several where orders are averaged; nil where it cannot be asked.
    var reads: [[DecisionAsk]?]
  }

  var scorer: Scorer { source.scorer }

  func run(_ summary: inout Summary) throws(TareError) {
    let start = ContinuousClock.now
    let total = try store.summary(of: run).items
    var done = try store.decidedItems(of: run)
    summary.rows = total
    var last: Int64 = 0
    while true {
      let page = try store.undecidedItems(of: run, after: last, limit: source.pageSize)
      guard let end = page.last else { break }
      guard !observer.shouldStop() else {
        throw .interrupted(
          "stopped after \(done) of \(total) rows; "
            + (store.isKept
              ? "finished work is stored; run the same command again to resume"
              : "nothing was kept; with --store, work can be resumed"))
      }
      last = page.map(\.id).max() ?? end.id
      try decide(page, &summary)
      done += page.count
      summary.seconds = (ContinuousClock.now - start) / .seconds(1)
      observer.report(
        StageProgress(
          work: "decided", done: done, computed: summary.computed, total: total,
          tokens: summary.tokens, seconds: summary.seconds))
    }
    try store.finishDecisions(run)
  }

  private func decide(_ page: [RunItem], _ summary: inout Summary) throws(TareError) {
    var asked: [Asked] = []
    for item in page { asked.append(try ask(item)) }
    var wanted: [Digest: DecisionAsk] = [:]
    var order: [Digest] = []
    for ask in asked.flatMap({ $0.reads.compactMap(\.self).flatMap(\.self) })
    where wanted.updateValue(ask, forKey: ask.digest) == nil {
      order.append(ask.digest)
    }
    var known = try store.knownDecisions(by: scorer, for: order)
    let answered = try source.answers(order.filter { known[$0] == nil }.compactMap { wanted[$0] })
    known.merge(answered.found) { $1 }
    summary.asked += asked.reduce(0) { $0 + $1.reads.count }
    summary.add(answered)
    do throws(TareError) {
      if let failure = answered.failure { throw failure.resumable(store.isKept) }
      var added = answered.found
      var items: [ItemDecisions] = []
      for row in asked {
        items.append(try decisions(of: refusedIn(row, answered, &summary), &known, &added))
      }
      summary.missing += items.reduce(0) { $0 + $1.reads.count { $0.flatMap { known[$0] } == nil } }
      try store.insert(decisions: added, by: scorer, for: items, of: run)
    } catch {
      // What was answered need not be asked again.
      try store.insert(decisions: answered.found, by: scorer, for: [], of: run)
      throw error
    }
  }

  /// The row without what servers have refused of it.
  private func refusedIn(
    _ row: Asked, _ answered: DecisionSource.Answered, _ summary: inout Summary
  ) throws(TareError) -> Asked {
    guard !answered.refused.isEmpty else { return row }
    var row = row
    for (place, asks) in row.reads.enumerated() {
      guard let error = asks?.lazy.compactMap({ answered.refused[$0.digest] }).first else {
        continue
      }
      // A refusal of one question is told by its name.
      guard leavesOut && row.item.stateRow != nil || error.isOfQuestion && mayMiss(row) else {
        throw error.inside("row \(row.item.position + 1)")
      }
      row.reads[place] = nil
      summary.refused[row.item.id] = error
    }
    return row
  }

  /// Whether the rubric says what a row without an answer is worth.
  private func mayMiss(_ row: Asked) -> Bool {
    row.item.stateRow == nil && reward.map { $0.missing != .error } ?? true
  }

  // MARK: - Asking

  private func ask(_ item: RunItem) throws(TareError) -> Asked {
    do throws(TareError) {
      let request = source.prepared(try item.request(rubric?.questions))
      do throws(TareError) {
        return Asked(item: item, reads: try reads(request))
      } catch {
        guard let reward, reward.missing != .error, item.stateRow == nil else { throw error }
        return Asked(item: item, reads: try oneByOne(request))
      }
    } catch {
      guard leavesOut, item.stateRow != nil else {
        throw error.inside("row \(item.position + 1)")
      }
      return Asked(item: item, reads: [nil])
    }
  }

  /// [question][shift]
  private func reads(_ request: DecisionRequest) throws(TareError) -> [[DecisionAsk]?] {
    var all = [[DecisionAsk]?](repeating: [], count: request.questions.count)
    for shift in 0..<shifts(request) {
      // A prompt of all questions is another one without some of them.
      let places = request.questions.indices.filter {
        shift == 0 || source.isJoint || request.questions[$0].isTurned(by: shift)
      }
      let turned = DecisionRequest(
        state: request.state, questions: places.map { request.questions[$0].shifted(by: shift) })
      for ask in try source.asks(turned) {
        let place = places[ask.question]
        guard shift == 0 || request.questions[place].isTurned(by: shift) else { continue }
        all[place]?.append(shift == 0 ? ask : ask.turned(by: shift))
      }
    }
    return all
  }

  private func shifts(_ request: DecisionRequest) -> Int {
    guard averagesOrders else { return 1 }
    return request.questions.filter { $0.kind == .choice }.map(\.options.count).max() ?? 1
  }

  /// Those of the questions whose prompts fit into the model's context; whatever else is wrong with one is
  /// an error.
  private func oneByOne(_ request: DecisionRequest) throws(TareError) -> [[DecisionAsk]?] {
    var found: [[DecisionAsk]?] = []
    for question in request.questions {
      let one = DecisionRequest(state: request.state, questions: [question])
      do throws(TareError) {
        found += try reads(one)
      } catch {
        guard case .badData(let place, _, _) = error, place.hasSuffix(", prompt") else {
          throw error
        }
        found.append(nil)
      }
    }
    return found
  }

  // MARK: - Rewards

  /// The links of a row; an average over orders is kept beside what it is of.
  private func decisions(
    of row: Asked, _ known: inout [Digest: StoredDecision], _ added: inout [Digest: StoredDecision]
  ) throws(TareError) -> ItemDecisions {
    var digests: [Digest?] = []
    for reads in row.reads {
      guard let reads, let first = reads.first else {
        digests.append(nil)
        continue
      }
      guard reads.count > 1 else {
        digests.append(first.digest)
        continue
      }
      let digest = Digest(of: "orders " + reads.map(\.digest.description).joined(separator: " "))
      let parts = reads.compactMap { known[$0.digest] }
      let average = StoredDecision(averaging: parts, temperature: first.temperature)
      if known.updateValue(average, forKey: digest) == nil { added[digest] = average }
      digests.append(digest)
    }
    let answers = digests.map { $0.flatMap { known[$0] } }
    guard let reward, row.item.stateRow?["questions"] == nil else {
      return ItemDecisions(item: row.item.id, reads: digests, reward: nil)
    }
    if reward.missing == .error, answers.contains(where: { $0 == nil }) {
      guard leavesOut, row.item.stateRow != nil else {
        throw .fault("row \(row.item.position + 1) has no answer to a question that was asked")
      }
      return ItemDecisions(item: row.item.id, reads: digests, reward: nil)
    }
    guard
      let value = reward.value(answers.map { $0?.probabilities.map { Double($0) } })
    else {
      return ItemDecisions(item: row.item.id, reads: digests, reward: nil)
    }
    let name = digests.map { $0?.description ?? "-" }.joined(separator: " ")
    let score = StoredScore(
      value: Float(value), tokens: answers.reduce(0) { $0 + ($1?.tokens ?? 0) }, readAt: 0)
    return ItemDecisions(
      item: row.item.id, reads: digests, reward: (Digest(of: "answers \(name)"), score))
  }
}

extension DecisionQuestion {
  /// Whether its options are in another order when they are moved up by so many places.
  fileprivate func isTurned(by shift: Int) -> Bool {
    kind == .choice && shift > 0 && shift < options.count
  }
}

extension TareError {
  /// With how the work goes on.
  func resumable(_ isKept: Bool) -> TareError {
    guard case .interrupted(let reason) = self else { return self }
    return .interrupted(
      isKept
        ? "\(reason); answers are stored; run the same command again to resume"
        : "\(reason); nothing was kept; with --store, work can be resumed")
  }

  /// Whether it names a question, and not a request.
  fileprivate var isOfQuestion: Bool {
    if case .badData(let place, _, _) = self { return place.hasPrefix("question '") }
    return false
  }
}

extension DecisionModel {
  /// Who answers, as the store keeps it.
  var decisionScorer: Scorer {
    Scorer(
      modelDigest: text.digest, modelName: name, headDigest: settingsDigest, precision: precision,
      readRule: "decision")
  }
}

extension StoredDecision {
  init(_ reading: DecisionReading) {
    self.init(
      scores: reading.scores, probabilities: reading.probabilities, labelMass: reading.labelMass,
      isTopALabel: reading.isTopALabel, tokens: reading.tokens)
  }

  /// The mean of the scores in several orders, and the probabilities of that.
  init(averaging parts: [StoredDecision], temperature: Float) {
    let count = Double(max(parts.count, 1))
    let scores = (parts.first?.scores ?? []).indices.map { option in
      Float(parts.reduce(0.0) { $0 + Double($1.scores[option]) } / count)
    }
    let masses = parts.compactMap(\.labelMass)
    self.init(
      scores: scores,
      probabilities: DecisionReading.softmax(scores, temperature: temperature),
      labelMass: masses.isEmpty ? nil : masses.reduce(0, +) / Double(masses.count),
      isTopALabel: parts.first?.isTopALabel == nil
        ? nil : parts.allSatisfy { $0.isTopALabel == true },
      tokens: parts.reduce(0) { $0 + $1.tokens })
  }

  var reading: DecisionReading {
    DecisionReading(
      scores: scores, probabilities: probabilities, labelMass: labelMass,
      isTopALabel: isTopALabel, tokens: tokens)
  }
}
