/// A judge's answers as the store keeps them, beside the scores that were made of them.
internal import TareCore
internal import TareRemote
internal import TareScoring
internal import TareStore

/// What asked a run's questions, made anew from its record.
private struct JudgeRecord {
  let wire: any ChatProtocol.Type
  let model: String
  let asker: JudgeAsker
  let options: ChatOptions
  let samples: Int

  /// nil where the record does not say how answers were asked for: a template in a file of which an
  /// older version kept the digest alone, or a protocol that is gone.
  /// - Throws: `TareError.badData` for a damaged record.
  init?(of run: Run) throws(TareError) {
    let settings = run.settings
    let scorer = run.scorer
    let wire = ChatProtocols.registry.entries.first {
      scorer.modelDigest == Pipeline.judgeDigest($0.key, model: scorer.modelName)
    }
    guard let template = try Self.template(settings), let date = run.templateDate, let wire,
      let scale = settings["scale"]?.string?.split(separator: "-").map({ Int($0) }),
      scale.count == 2, let low = scale[0], let high = scale[1], low < high
    else { return nil }
    self.wire = wire
    model = scorer.modelName
    asker = JudgeAsker(
      template: template, rubric: settings["rubric"]?.string,
      rubricColumn: settings["rubric_column"]?.string, scale: low...high,
      allOrders: settings["orders"] == "all", date: date)
    var options = ChatOptions()
    options.temperature = settings["temperature"]?.double ?? options.temperature
    options.seed = settings["seed"]?.int ?? options.seed
    options.maxTokens = settings["answer_tokens"]?.int ?? options.maxTokens
    options.alternatives = settings["top_logprobs"]?.int ?? options.alternatives
    options.members = settings["request"]?.object ?? [:]
    self.options = options
    samples = min(max(settings["samples"]?.int ?? 1, 1), 1_000)
  }

  private static func template(_ settings: JSONObject) throws(TareError) -> JudgeTemplate? {
    guard let name = settings["template"]?.string else { return nil }
    let template: JudgeTemplate
    if let source = settings["template_text"]?.string {
      template = try JudgeTemplate(parsing: source, name: name)
    } else if JudgeTemplates.registry.keys.contains(name) {
      template = try JudgeTemplate(choice: name)
    } else {
      return nil
    }
    return settings["template_digest"]?.string == "\(template.digest)" ? template : nil
  }

  /// One answer to a question; `reply` is nil where the store has none.
  func row(_ question: JudgeQuestion, sample: Int, _ reply: JSONValue?) -> JSONValue {
    var row: JSONObject = [
      "order": .array(question.order.map { .int($0) }), "sample": .int(sample),
    ]
    guard let reply else {
      row["without_verdict"] = .string(JudgeSilence.notAsked.rawValue)
      return .object(row)
    }
    row["reply"] = reply
    guard let answer = try? wire.answer(in: reply) else {
      row["without_verdict"] = .string(JudgeSilence.missing.rawValue)
      return .object(row)
    }
    row["text"] = .string(answer.text)
    switch JudgeReading.read(answer, asker.template.pattern, question.choices) {
    case .success(let reading): row.merge(reading.row(question.choices))
    case .failure(let failure): row["without_verdict"] = .string(failure.silence.rawValue)
    }
    return .object(row)
  }
}

extension JudgeReading {
  /// The verdict is the likeliest label, the first of equal ones; a fraction is none.
  fileprivate func row(_ choices: VerdictChoices) -> JSONObject {
    var object = JSONObject()
    let others = probabilities.keys.filter { !choices.labels.contains($0) }.sorted()
    for label in choices.labels + others {
      if let value = probabilities[label] { object[label] = .double(value) }
    }
    let best = object.members.reduce(nil as (key: String, value: JSONValue)?) { best, next in
      guard let best else { return next }
      return (next.value.double ?? 0) > (best.value.double ?? 0) ? next : best
    }
    var row = JSONObject()
    row["verdict"] = best.map { .string($0.key) }
    row["value"] = number.map { .double($0) }
    row["probabilities"] = .object(object)
    row["from"] = .string(source.rawValue)
    row["label_mass"] = mass.map { .double($0) }
    return row
  }
}

extension JSONObject {
  fileprivate mutating func merge(_ other: JSONObject) {
    for (name, value) in other.members { self[name] = value }
  }
}

extension Pipeline {
  /// Who judges, as the store tells judges apart.
  static func judgeDigest(_ protocolKey: String, model: String) -> Digest {
    Digest(of: "judge \(protocolKey) \(model)")
  }

  /// The rows of a judge's run, each response with the answers that its score is made of, as `replies`; nil
  /// for another run, and for one whose record does not say how it was asked.
  /// - Throws: `TareError.badData` for a run whose record is damaged.
  func judgedRows(of run: Run, in store: Store) throws(TareError) -> [JSONObject]? {
    guard run.scorer.isJudge, let record = try JudgeRecord(of: run) else { return nil }
    var rows = try store.exportRows(of: run)
    let items = try store.items(of: run, withTexts: true)
    guard items.count == rows.count else { return nil }
    var start = 0
    while start < items.count {
      let end = items[start...].firstIndex { $0.position != items[start].position } ?? items.count
      let own = Array(items[start..<end])
      guard let replies = try replies(to: own, record, store) else { return nil }
      for (place, replies) in replies.enumerated() {
        rows[start + place]["replies"] = .array(replies)
      }
      start = end
    }
    return rows
  }

  /// Of each response of a row, the answers to the questions that showed it; nil without texts.
  private func replies(
    to items: [RunItem], _ record: JudgeRecord, _ store: Store
  ) throws(TareError) -> [[JSONValue]]? {
    let conversations = items.compactMap(\.conversation)
    guard let first = items.first, conversations.count == items.count else { return nil }
    let set = CandidateSet(
      id: first.promptID, subset: first.subset, section: first.section,
      prompt: conversations[0].prompt,
      responses: zip(items, conversations).map { Candidate(role: $0.role, turns: $1.turns) },
      context: conversations[0].context, extras: first.extras)
    var replies = [[JSONValue]](repeating: [], count: items.count)
    for question in try record.asker.questions(set) {
      let body = record.wire.request(
        question.messages, model: record.model, record.options)
      let request = JudgeAnswerKey.digest(of: body, record.wire.key)
      let keys = (0..<record.samples).map { JudgeAnswerKey(request: request, sample: $0) }
      let stored = try store.judgeAnswers(keys)
      for key in keys {
        let row = record.row(question, sample: key.sample, stored[key])
        for response in question.order where replies.indices.contains(response) {
          replies[response].append(row)
        }
      }
    }
    return replies
  }
}

extension JudgeAnswerKey {
  /// What a request's answers are kept under.
  static func digest(of body: JSONObject, _ protocolKey: String) -> Digest {
    Digest(of: "\(protocolKey)\n\(JSONValue.object(body).text(sortedKeys: true))")
  }
}
