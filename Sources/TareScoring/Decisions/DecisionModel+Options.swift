/// Decision models whose sequences and heads are a package's own.
internal import TareCore
internal import TareEngine
internal import TareTokenizers

extension DecisionModel {
  /// One prompt a question. Its text is what the tokens stand for, and a mark follows each position that
  /// an option is read at; those of a layout with several sequences count on through all of them.
  func optionPrompts(
    _ request: DecisionRequest, _ layout: any OptionLayout, _ texts: PlainTexts
  ) throws(TareError) -> [DecisionPrompt] {
    var prompts: [DecisionPrompt] = []
    var errors: [TareError] = []
    for (place, question) in request.questions.enumerated() {
      do throws(TareError) {
        prompts.append(try optionPrompt(request.state, question, place, layout, texts))
      } catch {
        errors.append(error.inside("question '\(question.name)'"))
      }
    }
    if let error = TareError(questions: errors) { throw error }
    return prompts
  }

  private func optionPrompt(
    _ state: JSONValue, _ question: DecisionQuestion, _ place: Int, _ layout: any OptionLayout,
    _ texts: PlainTexts
  ) throws(TareError) -> DecisionPrompt {
    var order = Array(question.options.indices)
    if question.kind == .noul {
      order = layout.noulOptions.compactMap { name in
        question.options.firstIndex { $0.name == name }
      }
    }
    let placed = PlacedQuestion(question: question, order: order, labels: [])
    let sequences = try layout.sequences(state, question, placed.options, texts)
    var ids: [Int32] = []
    var marks: [Int] = []
    for sequence in sequences {
      guard sequence.ids.count <= layout.limit else {
        throw .badData(
          place: "prompt", found: "\(sequence.ids.count) tokens",
          accepted: "at most \(layout.limit), the model's context")
      }
      let read = sequence.marks.isEmpty ? sequence.positions : sequence.marks
      marks += read.map { ids.count + $0 + 1 }
      ids += sequence.ids
    }
    return DecisionPrompt(
      text: try text.tokenizer.decode(ids, skipSpecialTokens: false), ids: ids, marks: marks,
      questions: [place], placed: [placed], form: .transformers, sequences: sequences)
  }

  /// The answers to reads, in their order.
  func optionAnswers(
    _ reads: [DecisionRead], _ layout: any OptionLayout
  ) throws(TareError) -> [DecisionReading] {
    let body = try body.body()
    var readings = [DecisionReading?](repeating: nil, count: reads.count)
    for batch in BatchPlan.batches(reads.map(\.ids), sharesPrefixes: sharesPrefixes) {
      let members = batch.members
      // Each sequence once, and where each read's are.
      var sequences: [OptionSequence] = []
      var places: [OptionSequence: Int] = [:]
      for member in members {
        guard case .options(let own, _) = reads[member].target else { continue }
        for sequence in own where places[sequence] == nil {
          places[sequence] = sequences.count
          sequences.append(sequence)
        }
      }
      let states = try body.hiddenStates(
        sequences.map(\.ids),
        types: sequences.contains { !$0.types.isEmpty } ? sequences.map(\.types) : nil,
        at: sequences.map(\.positions))
      for member in members {
        guard case .options(let own, let kind) = reads[member].target else { continue }
        let read = own.compactMap { places[$0].map { states[$0] } }
        readings[member] = try DecisionReading(
          reads[member], layout.scores(read, own, kind))
      }
    }
    try text.weights.checkUnchanged()
    return readings.compactMap(\.self)
  }
}
