/// A decision model: requests in, a score for every option of every question out, from one forward pass
/// for each prompt and without generating.
package import Foundation
internal import Synchronization
package import TareCore
internal import TareEngine
package import TareTemplates
package import TareTokenizers

package final class DecisionModel: Sendable {
  package let text: TextModel
  package let settings: DecisionSettings
  /// For people: the folder's or file's name.
  package let name: String
  /// SHA-256 of what decides answers beside the weights and the configuration.
  package let settingsDigest: Digest
  /// nil where a head layout of its own makes the sequences.
  private let prompter: DecisionPrompter?
  private let reading: Reading
  let body: LazyBody

  private enum Reading: Sendable {
    case labels
    case head(DecisionHead, DecisionRows)
    case options(any OptionLayout, PlainTexts)
  }

  /// How a model is opened, beside its folder.
  package struct Options: Sendable {
    package var template: String?
    package var base: URL?
    package var precision = "float32"
    package var tokens = TokenizerRules.five
    package var threads: Int
    package var date: CalendarDate

    package init(threads: Int, date: CalendarDate) {
      self.threads = threads
      self.date = date
    }
  }

  /// Opens a .gguf file or a folder in Hugging Face layout, with its decision files.
  /// - Throws: `TareError.badData` that names the file and what is wrong with it, a head that
  ///   transformers would ignore included; `TareError.usage` for a precision that there is not.
  package init(_ url: URL, _ options: Options) throws(TareError) {
    guard let precision = Precision(rawValue: options.precision) else {
      let known = Precision.allCases.map(\.rawValue).joined(separator: ", ")
      throw .usage("precision: expected \(known), found \(options.precision)")
    }
    let files = try DecisionFiles(url)
    settings = files.settings
    var (folder, base) = (url, options.base)
    if let adapter = settings.adapter {
      (folder, base) = (url.appending(path: adapter), base ?? url)
    }
    var (parts, hasOwnText) = (FolderParts(), settings.template != nil)
    if case .options(let kind) = files.layout {
      (parts, hasOwnText) = (kind.parts, true)
      if let adapter = kind.adapter { folder = url.appending(path: adapter) }
    }
    // A model with a template of its own needs no chat template.
    let text = try TextModel(
      folder, template: hasOwnText ? "plain" : options.template, base: base,
      precision: precision, tokens: options.tokens, parts: parts)
    self.text = text
    name = url.lastPathComponent
    do throws(TareError) {
      let digest: Digest?
      (reading, digest) = try Self.reading(files, text, url, threads: options.threads)
      var record = files.record
      switch reading {
      case .options(let layout, _):
        prompter = nil
        record = layout.record
        record["layout"] = .string(type(of: layout).key)
      case .labels, .head:
        var isHead = false
        if case .head = reading { isHead = true }
        prompter = try DecisionPrompter(
          text, files.settings, countsMarks: isHead, date: options.date)
      }
      settingsDigest = Digest(
        of: [
          JSONValue.object(record).text(sortedKeys: true),
          settings.template ?? settings.message?.template ?? DecisionTemplates.chat,
          "\(files.seesAhead)",
          digest?.description ?? "",
          options.template ?? "", text.opened.rules.rawValue,
        ].joined(separator: "\0"))
    } catch {
      throw error.inside(url.path)
    }
    var weights = text.weights
    weights.seesAhead = files.seesAhead
    body = LazyBody(weights, threads: options.threads)
  }

  private static func reading(
    _ files: DecisionFiles, _ text: TextModel, _ url: URL, threads: Int
  ) throws(TareError) -> (Reading, Digest?) {
    let hidden = text.size.hiddenSize
    switch files.layout {
    case .labels: return (.labels, nil)
    case .options(let kind):
      let layout = try kind.init(
        OptionContext(folder: ModelTextFolder(url, base: nil), text: text, threads: threads))
      return (.options(layout, PlainTexts(text)), layout.headDigest)
    case .saved(let rows):
      let head = try DecisionHead(
        WeightReader(text.weights), "proj", rows: rows.count, hiddenSize: hidden,
        softCap: rows.softCap)
      return (.head(head, rows), nil)
    case .head(let file, let rows):
      do throws(TareError) {
        let weights = try WeightFile(file)
        let head = try DecisionHead(
          WeightReader(weights), "proj", rows: rows.count, hiddenSize: hidden, softCap: rows.softCap
        )
        return (.head(head, rows), Digest(of: weights.file.bytes))
      } catch {
        throw error.inside(file.lastPathComponent)
      }
    }
  }

  /// Whether all questions of a request are in one prompt, so that their answers depend on each other.
  package var isJoint: Bool { prompter?.isJoint ?? false }
  /// Whether the model brings its prompt, which all protocols then ask by.
  package var hasOwnTemplate: Bool {
    settings.template != nil || settings.message != nil || prompter == nil
  }
  /// Whether options are read by the logits of label tokens.
  package var readsLabels: Bool { if case .labels = reading { true } else { false } }
  /// Whether what prompts have in common at their starts is computed once.
  package var sharesPrefixes: Bool { text.sharesPrefixes }
  /// How the model computes, as the store keeps it.
  package var precision: String { text.precision }

  // MARK: - Prompts

  /// The request as the model is asked: a template that encodes control tokens as they are gets none of
  /// its own marks.
  package func prepared(_ request: DecisionRequest) -> DecisionRequest {
    settings.sanitizesControlTokens ? request : request.withoutSentinels
  }

  /// The prompts of a request, one a question, or one for all.
  /// - Throws: `TareError.badData` that names the question which the model cannot be asked.
  package func prompts(
    _ request: DecisionRequest, _ form: DecisionForm = .transformers
  ) throws(TareError) -> [DecisionPrompt] {
    if case .options(let layout, let texts) = reading {
      return try optionPrompts(request, layout, texts)
    }
    return try prompter?.prompts(prepared(request), form) ?? []
  }

  /// Whether a question can be asked with other labels.
  package func takesOtherLabels(_ question: DecisionQuestion) -> Bool {
    guard readsLabels, !hasOwnTemplate else { return false }
    let request = DecisionRequest(state: "", questions: [question])
    return (try? reads(prompts(request, .otherLabels))) != nil
  }

  /// What is read of the prompts, in their order and that of their questions.
  /// - Throws: `TareError.badData` that names a question whose labels are not distinct single tokens.
  package func reads(_ prompts: [DecisionPrompt]) throws(TareError) -> [DecisionRead] {
    var reads: [DecisionRead] = []
    for prompt in prompts {
      for (place, placed) in prompt.placed.enumerated() {
        let target: DecisionRead.Target
        switch reading {
        case .labels: target = .labels(try labelIDs(placed, prompt))
        case .head(_, let rows):
          let start = rows.offsets[placed.question.kind] ?? 0
          target = .rows(start..<(start + placed.order.count))
        case .options:
          target = .options(prompt.sequences, placed.question.kind)
        }
        reads.append(
          DecisionRead(
            ids: prompt.ids, position: prompt.position(place), target: target,
            temperature: try temperature(of: placed.question, prompt.form),
            question: prompt.questions[place], order: placed.order))
      }
    }
    return reads
  }

  private func temperature(
    of question: DecisionQuestion, _ form: DecisionForm
  ) throws(TareError) -> Float {
    if case .options(let layout, _) = reading { return layout.temperature(of: question) }
    return form == .vllm ? 1 : try settings.temperature(of: question)
  }

  private func labelIDs(
    _ placed: PlacedQuestion, _ prompt: DecisionPrompt
  ) throws(TareError) -> [Int32] {
    let tokenizer = text.tokenizer
    let tail = prompt.form == .vllm ? try tokenizer.tail(of: prompt.ids) : nil
    var ids: [Int32] = []
    for label in placed.labels {
      let id: Int32?
      if let tail {
        id = try tokenizer.id(of: label, after: tail)
      } else {
        let tokens = try tokenizer.encode(label, addSpecialTokens: false)
        id = tokens.count == 1 && tokens[0] != tokenizer.unknownID ? tokens[0] : nil
      }
      if let id { ids.append(id) }
    }
    guard Set(ids).count == placed.labels.count,
      ids.allSatisfy({ $0 >= 0 && Int($0) < text.size.vocabularySize })
    else {
      throw .badData(
        place: "question '\(placed.question.name)'",
        found: "the labels \(placed.labels.joined(separator: ", "))",
        accepted: "labels that are distinct single tokens of the model")
    }
    return ids
  }

  // MARK: - Answers

  /// The answers to reads, in their order: the same bits whatever else is read, in any order and with any
  /// number of threads. What prompts have in common at their starts is computed once.
  /// - Throws: `TareError.badData` for a score that is not finite, and for a model that is no decoder.
  package func answers(_ reads: [DecisionRead]) throws(TareError) -> [DecisionReading] {
    guard !reads.isEmpty else { return [] }
    if case .options(let layout, _) = reading { return try optionAnswers(reads, layout) }
    guard let decoder = try body.body() as? Decoder else {
      throw .badData(
        place: text.weights.url.path, found: "an encoder", accepted: "a decoder")
    }
    var readings = [DecisionReading?](repeating: nil, count: reads.count)
    let plan = DecisionBatches(reads, sharesPrefixes: text.sharesPrefixes)
    for batch in plan.batches {
      let states = try decoder.hiddenStates(batch.sequences, types: nil, at: batch.positions)
      for (read, reading) in zip(
        batch.reads, try values(of: batch.reads.map { reads[$0] }, batch.states(states), decoder))
      {
        readings[read] = reading
      }
    }
    try text.weights.checkUnchanged()
    return readings.compactMap(\.self)
  }

  private func values(
    of reads: [DecisionRead], _ states: [[Float]], _ decoder: Decoder
  ) throws(TareError) -> [DecisionReading] {
    var readings: [DecisionReading] = []
    switch reading {
    case .labels:
      let labels = reads.map { read in
        if case .labels(let ids) = read.target { ids } else { [Int32]() }
      }
      for (read, found) in zip(reads, try decoder.labelLogits(of: labels, after: states)) {
        readings.append(
          try DecisionReading(
            read, found.values, mass: found.mass, isTopALabel: found.isTopALabel))
      }
    case .head(let head, _):
      for (read, state) in zip(reads, states) {
        guard case .rows(let rows) = read.target else { continue }
        readings.append(try DecisionReading(read, head.outputs(state, rows: rows)))
      }
    case .options: break
    }
    return readings
  }

  /// The answers to requests: for each of them its questions', in their order.
  package func answers(
    _ requests: [DecisionRequest]
  ) throws(TareError) -> [[DecisionReading]] {
    try answers(requests.map { ($0, .transformers) })
  }

  /// The same of requests that are asked in several forms.
  package func answers(
    _ requests: [(request: DecisionRequest, form: DecisionForm)]
  ) throws(TareError) -> [[DecisionReading]] {
    var reads: [DecisionRead] = []
    var counts: [Int] = []
    for (request, form) in requests {
      let own = try self.reads(prompts(request, form)).sorted { $0.question < $1.question }
      reads += own
      counts.append(own.count)
    }
    var rest = try answers(reads)[...]
    return counts.map { count in
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }
}

/// Prompts that run together.
private struct DecisionBatches {
  struct Batch {
    var sequences: [[Int32]] = []
    var positions: [[Int]] = []
    /// The reads of the batch, and each one's place: sequence, and position of it.
    var reads: [Int] = []
    var places: [(sequence: Int, position: Int)] = []

    func states(_ states: [[[Float]]]) -> [[Float]] {
      places.map { states[$0.sequence][$0.position] }
    }
  }

  private(set) var batches: [Batch] = []

  init(_ reads: [DecisionRead], sharesPrefixes: Bool) {
    var sequences: [[Int32]] = []
    var readsOf: [[Int]] = []
    var places: [[Int32]: Int] = [:]
    for (index, read) in reads.enumerated() {
      if let place = places[read.ids] {
        readsOf[place].append(index)
      } else {
        places[read.ids] = sequences.count
        sequences.append(read.ids)
        readsOf.append([index])
      }
    }
    for batch in BatchPlan.batches(sequences, sharesPrefixes: sharesPrefixes) {
      var made = Batch()
      for member in batch.members {
        let positions = Array(Set(readsOf[member].map { reads[$0].position })).sorted()
        for read in readsOf[member] {
          made.reads.append(read)
          made.places.append(
            (made.sequences.count, positions.firstIndex(of: reads[read].position) ?? 0))
        }
        made.sequences.append(sequences[member])
        made.positions.append(positions)
      }
      batches.append(made)
    }
  }
}
