/// Step tokens of process reward models: put between the steps of a response.
package import TareCore
internal import TareTokenizers

extension TextModel {
  /// The token that `options` read after each step; nil where they read no steps, or the vocabulary
  /// has no such token.
  private func stepToken(_ options: ScoringOptions) throws(TareError) -> (id: Int32, text: String)?
  {
    guard case .step(let id, _) = options.readRule, let token = tokenizer.token(id) else {
      return nil
    }
    if try tokenizer.encode(token, addSpecialTokens: false) == [id] { return (id, token) }
    // A word of the vocabulary is spelled with marks there; after a letter it is decoded whole.
    let letter = try tokenizer.encode("a", addSpecialTokens: false)
    guard let before = try? tokenizer.decode(letter, skipSpecialTokens: false),
      let both = try? tokenizer.decode(letter + [id], skipSpecialTokens: false),
      both.hasPrefix(before)
    else { return (id, token) }
    return (id, String(both.dropFirst(before.count)))
  }

  /// Steps as one response: the step token after each, as Qwen's process reward models are given
  /// them; for a model that reads no steps, an empty line between them.
  /// - Throws: `TareError.badData` if the token put there is not one token of the text.
  package func response(
    ofSteps steps: [String], _ options: ScoringOptions
  ) throws(TareError) -> String {
    if options.readRule.needsMessages { return try response(dividedInto: steps, options) }
    guard let (id, token) = try stepToken(options) else { return steps.joined(separator: "\n\n") }
    let response = steps.map { $0.hasSuffix(token) ? $0 : $0 + token }.joined()
    let count = try tokenizer.encode(response, addSpecialTokens: false).count { $0 == id }
    guard count >= steps.count else {
      throw .badData(
        place: "response", found: "\(count) tokens \(id) ('\(token)') after \(steps.count) steps",
        accepted: "one step token per step, not merged with the text around it")
    }
    return response
  }

  /// Puts the step token where the options' separator stands in the response, and at its end.
  ///
  /// - Returns: whether text stands after the response's last step token.
  func putStepTokens(
    in messages: inout [Message], _ options: ScoringOptions
  ) throws(TareError) -> Bool {
    guard let token = try stepToken(options)?.text, let last = messages.indices.last else {
      return false
    }
    var response = messages[last].content
    if let separator = options.stepSeparator, !separator.isEmpty {
      let steps = response.split(separator: separator).filter {
        !$0.allSatisfy(\.isWhitespace)
      }
      response = try self.response(ofSteps: steps.map(String.init), options)
      messages[last].content = response
    }
    guard let end = response.ranges(of: token).last?.upperBound else { return false }
    return !response[end...].allSatisfy(\.isWhitespace)
  }
}
