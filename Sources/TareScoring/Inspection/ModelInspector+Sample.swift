/// A short conversation, made as scoring makes it: what is read of it, and who writes BOS.
internal import TareCore
internal import TareTemplates
internal import TareTokenizers

extension ModelInspector {
  mutating func describeSample(_ model: TextModel, _ rule: ReadRule, _ special: SpecialIDs) {
    var response = "Hello."
    if case .step(let id, _) = rule { response += model.tokenizer.token(id) ?? "" }
    var conversation = Conversation(prompt: [.user("Hi")], response: response)
    if let name = model.referenceVariable {
      conversation.context.variables[name] = .string("Hello.")
    }
    guard
      let options = result.attempt({ () throws(TareError) in
        // Any day does: it decides no more than what the template prints.
        ScoringOptions(readRule: rule, date: try CalendarDate(parsing: "2026-01-01"))
      }),
      let sample = result.attempt({ () throws(TareError) in
        try model.tokenize(conversation, options)
      })
    else { return }
    let read = sample.ids[sample.readAt]
    let spelling = model.tokenizer.token(read)
    result.add(
      "sample",
      [
        "text": .string(sample.text), "ids": .array(sample.ids.map { .int(Int($0)) }),
        "read_at": .int(sample.readAt),
        "read_token": ["id": .int(Int(read)), "token": spelling.map { .string($0) } ?? .null],
      ], "sample",
      "user 'Hi', assistant '\(response)': \(sample.ids.count) tokens, score position \(sample.readAt) of 0 to "
        + "\(sample.ids.count - 1): \(read)" + (spelling.map { " '\($0)'" } ?? ""))
    describeBOS(model, conversation, options, sample)
    checkPadding(model, sample, special)
    checkSystemMessage(model, conversation, options)
  }

  private mutating func describeBOS(
    _ model: TextModel, _ conversation: Conversation, _ options: ScoringOptions,
    _ sample: TokenizedConversation
  ) {
    guard case .template = model.layout else { return }
    var asWritten = options
    asWritten.bos = .keep
    guard let bos = model.tokenizer.bosID,
      let written = try? model.tokenize(conversation, asWritten).ids.prefix(while: { $0 == bos })
    else {
      result.add("bos_policy", ["tokenizer_adds": false], "BOS policy", "the model has none")
      return
    }
    let adds = model.tokenizer.addsBOS
    let kept = sample.ids.prefix { $0 == bos }.count
    let count = ["none", "one", "two"]
    func words(_ number: Int) -> String { number < count.count ? count[number] : "\(number)" }
    result.add(
      "bos_policy",
      [
        "tokenizer_adds": .bool(adds), "template_writes": .int(written.count), "kept": .int(kept),
      ], "BOS policy",
      "the template writes \(words(written.count)), the tokenizer "
        + "\(adds ? "would add one" : "adds none"); inputs begin with \(words(kept))")
    if adds, written.count > 0 {
      result.find(
        .note, "template and tokenizer would both add a BOS: Tare keeps one (--bos auto)")
    } else if written.count > 1 {
      result.find(.warning, "the template writes BOS \(written.count) times")
    }
  }

  private mutating func checkPadding(
    _ model: TextModel, _ sample: TokenizedConversation, _ special: SpecialIDs
  ) {
    guard sample.rule == .huggingFace else { return }
    guard let pad = model.padID else {
      result.find(
        .note, "no padding token: the score position is the last token, as in transformers")
      return
    }
    guard special.ends.contains(pad) else { return }
    let name = model.tokenizer.token(pad).map { "'\($0)' (\(pad))" } ?? "\(pad)"
    guard sample.ids.last == pad else {
      result.find(
        .note,
        "padding and end token are the same, \(name); inputs do not end with it, so the score "
          + "position is the last token")
      return
    }
    let read = sample.ids[sample.readAt]
    let spelling = model.tokenizer.token(read).map { "'\($0)' (\(read))" } ?? "\(read)"
    result.find(
      .warning,
      "padding and end token are the same, \(name), and inputs end with it: as in transformers, "
        + "the score position is the token before, in the sample \(spelling) at \(sample.readAt) of "
        + "\(sample.ids); --read last selects the end token")
  }

  private mutating func checkSystemMessage(
    _ model: TextModel, _ conversation: Conversation, _ options: ScoringOptions
  ) {
    guard case .template = model.layout else { return }
    var withSystem = options
    withSystem.system = "Be brief."
    do throws(TareError) {
      _ = try model.tokenize(conversation, withSystem)
    } catch {
      result.find(.note, "the template rejects system messages (\(error.description))")
    }
  }
}
