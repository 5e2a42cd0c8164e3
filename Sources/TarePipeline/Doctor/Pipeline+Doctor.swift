/// `tare doctor`: what a score file supports, and what it is too small for.
internal import TareCalibration
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareNumerics
internal import TareRanking
internal import TareReport

package struct DoctorRequest: Sendable {
  package var source: ScoreSource
  /// Options that the commands that are advised need too, as they were typed.
  package var options: [String] = []
  /// The column of a response's length; nil for "length", or what is counted on the texts.
  package var length: String?

  package init(source: ScoreSource) { self.source = source }
}

package struct DoctorOutcome: Sendable {
  /// What a file serves for: one command's worth.
  struct Use: Sendable {
    /// The command, or what of it: "evaluate", "rank --curve".
    let name: String
    let works: Bool
    /// How much of it there is, or why it does not work.
    let found: String
    /// What makes the numbers doubtful, a sentence each.
    var doubts: [String] = []
    /// Without `tare`; nil where it does not work.
    var command: [String]?
    var numbers = JSONObject()
  }

  let file: String
  let container: String
  let layout: String
  let rows: Int
  let taken: [FileDescription.Taken]
  let leftOver: [DoctorColumn]
  /// What of the rows cannot be read; nil where all can.
  let strictError: String?
  let skipped: SkippedRows
  let models: [Model]

  /// The scores of one reward model.
  struct Model: Sendable {
    let name: String?
    let facts: ScoreFacts
    let uses: [Use]
  }

  /// Whether nothing works.
  package var isUseless: Bool { models.allSatisfy { $0.uses.allSatisfy { !$0.works } } }
}

extension Pipeline {
  /// Each use is tried by the command's own code on the whole file, without writing anything: what is
  /// counted is what the command counts.
  ///
  /// - Throws: `TareError.badData` for a file that no container can read.
  package func doctor(_ request: DoctorRequest) throws(TareError) -> DoctorOutcome {
    var source = request.source
    try source.readPipe()
    let path: String
    switch source.place {
    case .file(let file): path = file
    case .run: throw .usage("doctor takes a file")
    }
    let file: InputFile
    if let content = source.content { file = content } else { file = try InputFile(path) }
    source.content = file
    let description = try FileDescription(
      file.bytes, name: file.name, files: file.files, format: source.format,
      columns: try ColumnMapping(command: source.mapping))
    var strictError: String?
    let length = request.length ?? Length.key
    var read: ScoreParts
    do throws(TareError) {
      read = try source.read(covariates: [], optional: [length])
    } catch {
      guard case .badData = error else { throw error }
      strictError = error.description
      source.policy = try RowPolicy(skips: true, missing: nil)
      do throws(TareError) {
        read = try source.read(covariates: [], optional: [length])
      } catch {
        return DoctorOutcome(
          file: file.name, container: description.container.key,
          layout: description.scores?.layout.key ?? "no scores", rows: description.rowCount,
          taken: description.taken, leftOver: [], strictError: strictError,
          skipped: SkippedRows(), models: [])
      }
    }
    let taken = description.taken
    let leftOver = DoctorColumn.all(
      description.columns.filter { name in !taken.contains { $0.column == name } },
      of: read.table)
    var trial = Trial(self, request, source, path: path, leftOver: leftOver)
    trial.skipsRows = strictError != nil
    var models: [DoctorOutcome.Model] = []
    for part in read.parts {
      var own = trial
      if let name = part.name, read.parts.count > 1 {
        own.take(model: name, of: read.table, source)
      }
      models.append(
        DoctorOutcome.Model(
          name: part.name, facts: ScoreFacts(part.responses), uses: own.uses(of: part)))
    }
    return DoctorOutcome(
      file: file.name, container: description.container.key,
      layout: description.scores?.layout.key ?? "scores", rows: description.rowCount,
      taken: taken, leftOver: leftOver, strictError: strictError,
      skipped: read.skipped, models: models)
  }
}

extension FileDescription {
  /// The columns of the scores, and those of the texts beside them.
  fileprivate var taken: [Taken] {
    let ofScores = scores?.taken ?? []
    let ofTexts = (texts?.taken ?? []).filter { text in
      !ofScores.contains { $0.column == text.column }
    }
    return ofScores + ofTexts
  }
}

/// Tries each use on the scores of one model.
private struct Trial {
  let pipeline: Pipeline
  let request: DoctorRequest
  var source: ScoreSource
  let path: String
  let leftOver: [DoctorColumn]
  /// Whether bad rows must be left out.
  var skipsRows = false
  /// `--where` of one model among several.
  private var filter: [String] = []

  init(
    _ pipeline: Pipeline, _ request: DoctorRequest, _ source: ScoreSource, path: String,
    leftOver: [DoctorColumn]
  ) {
    self.pipeline = Pipeline()
    self.request = request
    self.source = source
    self.path = path
    self.leftOver = leftOver
  }

  mutating func take(model: String, of table: DataTable?, _ source: ScoreSource) {
    guard let table else { return }
    let column =
      source.by
      ?? source.columns.runs(of: table).first { column in
        table.has(column) && ((try? table.names(in: column))?.contains(model) ?? false)
      }
    guard let column else { return }
    self.source.by = nil
    self.source.filters[column] = model
    filter = ["--where", "\(column)=\(model)"]
  }

  /// - Parameter ofAllModels: whether it takes each model by itself: one that is chosen would lose the
  ///   others' rows.
  private func command(
    _ name: String, _ more: [String] = [], ofAllModels: Bool = false
  ) -> [String] {
    [name, path] + request.options + (ofAllModels ? [] : filter)
      + (skipsRows ? ["--skip-bad-rows"] : []) + more
  }

  func uses(of part: ScorePart) -> [DoctorOutcome.Use] {
    var uses: [DoctorOutcome.Use] = [calibrate(part), evaluate(part)]
    if let evaluation = uses.last, evaluation.works { uses.append(compare(evaluation)) }
    return uses + [rank(part), curve(part), pairs(part)]
  }

  // MARK: Evaluate

  private func evaluate(_ part: ScorePart) -> DoctorOutcome.Use {
    var wanted = EvaluateRequest(sources: [source])
    wanted.length = request.length
    // Counts do not depend on it, and intervals of shares neither.
    wanted.bootstrap = 1000
    do throws(TareError) {
      guard let evaluation = try pipeline.evaluate(wanted).parts.first?.raw else {
        return .init(name: "evaluate", works: false, found: "no scores")
      }
      return use(of: evaluation, part)
    } catch {
      return .init(name: "evaluate", works: false, found: reason(error))
    }
  }

  private func use(of evaluation: Evaluation, _ part: ScorePart) -> DoctorOutcome.Use {
    let overall = evaluation.accuracies.overall
    let prompts = min(overall.n, part.responses.groups.count)
    let width = IntervalWidth(prompts: prompts)
    let trials = counted(overall.n, evaluation.trial)
    var found =
      "\(trials) of \(counted(part.responses.groups.count, "prompt")); \(evaluation.measure) "
      + "\(overall.value.percent), 95% interval \(overall.interval.percent)"
    if overall.ties > 0 { found += "; \(counted(overall.ties, "tie"))" }
    var doubts: [String] = []
    if width.half > 0.1 {
      doubts.append(
        "\(counted(prompts, "labelled prompt")) give at best ±\(width.half.percent) points: too few to "
          + "tell 60% from 50% (\(IntervalWidth.prompts(for: 0.1)) would do)")
    }
    let small = evaluation.accuracies.subsets.filter {
      IntervalWidth(prompts: $0.value.n).half > IntervalWidth.wide
    }
    if !small.isEmpty {
      let least = small.min { $0.value.n < $1.value.n }
      doubts.append(
        "\(small.count) of \(counted(evaluation.accuracies.subsets.count, "subset")) have fewer than "
          + "\(IntervalWidth.prompts(for: IntervalWidth.wide)) prompts, so that their intervals are wider "
          + "than ±\(IntervalWidth.wide.percent) points"
          + (least.map { " (\($0.name): \($0.value.n))" } ?? ""))
    }
    if overall.ties > 0 {
      doubts.append(
        "in \(counted(overall.ties, evaluation.trial)) scores that should differ are equal")
    }
    if let warning = evaluation.warning { doubts.append(warning) }
    var use = DoctorOutcome.Use(name: "evaluate", works: true, found: found, doubts: doubts)
    use.command = command("evaluate", request.length.map { ["--length", $0] } ?? [])
    use.numbers = [
      "benchmark": .string(evaluation.benchmark), "trial": .string(evaluation.trial),
      "n": .int(overall.n), "prompts": .int(prompts), "ties": .int(overall.ties),
      "value": .double(overall.value), "interval": overall.interval.json,
      "half_width_at_most": .double(width.half),
      "subsets": .int(evaluation.accuracies.subsets.count), "subsets_too_small": .int(small.count),
    ]
    return use
  }

  /// Two models on the same prompts.
  private func compare(_ evaluation: DoctorOutcome.Use) -> DoctorOutcome.Use {
    let prompts = evaluation.numbers["prompts"]?.int ?? 0
    let half = IntervalWidth(prompts: prompts).difference
    var use = DoctorOutcome.Use(
      name: "evaluate --against", works: true,
      found:
        "a difference of two models is known to ±\(half.percent) points, where they disagree on "
        + "\(IntervalWidth.disagreement.percent)% of the prompts")
    if half > 0.05 { use.doubts = ["too few prompts to see a difference below 5 points"] }
    use.command = command("evaluate", ["--against", "OTHER"])
    use.numbers = ["prompts": .int(prompts), "half_width": .double(half)]
    return use
  }

  // MARK: Calibrate

  private func calibrate(_ part: ScorePart) -> DoctorOutcome.Use {
    let lengths = leftOver.filter { $0.isNumeric && $0.mayBeLength }.map(\.name)
    var error: TareError?
    let names = request.length.map { [$0] } ?? [Length.key] + lengths
    for covariate in names {
      var wanted = CalibrateRequest(source: source)
      if covariate != Length.key { wanted.covariates = [covariate] }
      do throws(TareError) {
        let outcome = try pipeline.calibrate(wanted)
        guard let first = outcome.parts.first, let before = first.before.first else { continue }
        return use(of: first, before, covariate)
      } catch let failed {
        error = error ?? failed
      }
    }
    return .init(name: "calibrate", works: false, found: error.map(reason) ?? "no covariate")
  }

  private func use(
    of part: CalibrateOutcome.Part, _ before: Diagnosis, _ covariate: String
  ) -> DoctorOutcome.Use {
    let compared = before.comparedPrompts
    var found =
      "\(counted(before.n, "response")), \(counted(compared, "prompt")) with several; by \(covariate)"
    if let within = before.withinPrompt {
      found += "; rank correlation within prompts \(within.rankCorrelation.fixed(2))"
    }
    let interval = before.intervals?.withinPrompt.rankCorrelation
    if let interval {
      found += ", 95% interval \(interval.lowerBound.fixed(2)) to \(interval.upperBound.fixed(2))"
    }
    var doubts: [String] = []
    if compared == 0 {
      doubts.append(
        "no prompt has two responses: quality and \(covariate) of different prompts cannot be told apart"
      )
    } else if let interval, interval.contains(0), interval.upperBound - interval.lowerBound > 0.4 {
      doubts.append(
        "\(counted(compared, "prompt")) are too few to tell whether the score follows \(covariate)")
    } else if before.withinPrompt == nil {
      doubts.append("within prompts nothing varies")
    }
    let isDefault = covariate == Length.key
    var use = DoctorOutcome.Use(name: "calibrate", works: true, found: found, doubts: doubts)
    use.command = command(
      "calibrate",
      (isDefault ? [] : ["--covariate", covariate]) + ["-o", path.calibratedName],
      ofAllModels: true)
    var numbers: JSONObject = [
      "covariate": .string(covariate), "responses": .int(before.n),
      "prompts_with_several": .int(compared),
      "method": .string(part.calibration.method), "gamma": .double(part.calibration.gamma),
    ]
    numbers["rank_correlation_within_prompts"] =
      before.withinPrompt.map { .double($0.rankCorrelation) }
    numbers["interval"] = interval?.json
    use.numbers = numbers
    return use
  }

  // MARK: Rank and pairs

  private func rank(_ part: ScorePart) -> DoctorOutcome.Use {
    let facts = ScoreFacts(part.responses)
    guard facts.severalPrompts > 0 else {
      return .init(
        name: "rank", works: false,
        found:
          "every prompt has one response; --group names the column that says which rows answer "
          + "the same prompt")
    }
    var use = DoctorOutcome.Use(
      name: "rank", works: true,
      found: "\(counted(facts.severalPrompts, "prompt")) with "
        + (facts.fewestPerSeveral == facts.mostPerPrompt ? "" : "\(facts.fewestPerSeveral) to ")
        + "\(facts.mostPerPrompt) responses")
    if facts.tiedPrompts > 0 {
      use.doubts = [
        "\(counted(facts.tiedPrompts, "prompt")) have equal scores, which keep the order of the rows"
      ]
    }
    use.command = command("rank", ["--top", "1"])
    use.numbers = [
      "prompts": .int(facts.severalPrompts), "most_responses": .int(facts.mostPerPrompt),
      "prompts_with_ties": .int(facts.tiedPrompts),
    ]
    return use
  }

  /// Best of n, for every n.
  private func curve(_ part: ScorePart) -> DoctorOutcome.Use {
    let name = "rank --curve"
    do throws(TareError) {
      let curve = try pipeline.rank(
        RankRequest(candidates: CandidatesRequest(source: .scores([source])))
      ).curve
      let usable = curve.points.last { $0.n > 1 && $0.prompts >= Self.fewestOfCurve }
      guard let largest = curve.points.last, largest.n > 1 else {
        return .init(name: name, works: false, found: "every prompt has one response")
      }
      let hasLabels = largest.label != nil
      var use = DoctorOutcome.Use(
        name: name, works: true,
        found: "n up to \(largest.n) (\(counted(largest.prompts, "prompt"))); "
          + (hasLabels ? "score and label" : "score alone: not all responses have labels"))
      if usable?.n != largest.n {
        use.doubts.append(
          "fewer than \(Self.fewestOfCurve) prompts have "
            + (usable.map { "more than \($0.n)" } ?? "two or more")
            + " responses: what the best of so many is worth is uncertain")
      }
      if largest.n == 2 {
        use.doubts.append("two responses per prompt say nothing of a larger n")
      }
      use.command = command("rank", ["--curve"])
      use.numbers = [
        "n": .int(largest.n), "prompts": .int(largest.prompts), "labels": .bool(hasLabels),
        "n_of_enough_prompts": .int(usable?.n ?? 1),
      ]
      return use
    } catch {
      return .init(name: name, works: false, found: reason(error))
    }
  }

  /// Below, standard errors of a mean over prompts are themselves uncertain.
  private static let fewestOfCurve = 30

  private func pairs(_ part: ScorePart) -> DoctorOutcome.Use {
    do throws(TareError) {
      let outcome = try pipeline.pairs(
        PairsRequest(candidates: CandidatesRequest(source: .scores([source]))))
      if let failure = outcome.failure { throw failure }
      let made = outcome.made
      var use = DoctorOutcome.Use(
        name: "pairs", works: true,
        found: "\(counted(made.pairs.count, "pair")) of \(counted(made.prompts, "prompt"))")
      if made.dropped.ties > 0 {
        use.doubts.append("\(counted(made.dropped.ties, "pair")) with equal scores are left out")
      }
      if made.dropped.repeatedResponses > 0 {
        use.doubts.append(
          "\(counted(made.dropped.repeatedResponses, "response")) repeat another of their prompt")
      }
      use.command = command("pairs", ["-o", "pairs.jsonl"])
      use.numbers = [
        "pairs": .int(made.pairs.count), "ties": .int(made.dropped.ties),
        "repeated_responses": .int(made.dropped.repeatedResponses),
      ]
      return use
    } catch {
      return .init(name: "pairs", works: false, found: reason(error))
    }
  }

  /// Why a command refuses, without the file's name, which is known.
  private func reason(_ error: TareError) -> String {
    guard case .badData(let place, let found, let accepted) = error else {
      return error.description
    }
    let own = path == "-" ? "standard input" : path
    var inner = place
    if inner.hasPrefix(own) { inner.removeFirst(own.count) }
    if inner.hasPrefix(", ") { inner.removeFirst(2) }
    return (inner.isEmpty ? "" : inner + ": ") + "found \(found); needed: \(accepted)"
  }
}

extension String {
  /// The path of the calibrated rows beside those of this path.
  fileprivate var calibratedName: String {
    if self == "-" { return "calibrated.csv" }
    let start = lastIndex(of: "/").map { index(after: $0) } ?? startIndex
    guard let point = self[start...].dropFirst().firstIndex(of: ".") else {
      return self + "-calibrated"
    }
    return self[..<point] + "-calibrated" + self[point...]
  }
}
