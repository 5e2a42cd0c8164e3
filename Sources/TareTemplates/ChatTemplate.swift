/// Chat templates: the part of Jinja2 that Hugging Face chat templates use, run for real.
///
/// The reference is transformers, which renders with Jinja 3.1's immutable sandbox, `trim_blocks`,
/// `lstrip_blocks`, loop controls, the `generation` tag, and its own `tojson`, `raise_exception`
/// and `strftime_now`.
package import TareCore

/// A parsed chat template, ready to render conversations from any thread.
package struct ChatTemplate: Sendable {
  let body: [Statement]
  /// The texts that the template itself writes or names: what stands outside of tags, and its strings.
  /// A character that none has stands between them.
  package let literalText: String

  /// - Throws: `TareError.badData` that names the line of the template where it is not Jinja.
  package init(source: String) throws(TareError) {
    let tokens = try Lexer.tokens(of: source)
    literalText = tokens.literals.joined(separator: "\0")
    var parser = Parser(tokens: tokens)
    body = try parser.template()
  }

  /// The conversation as the text that the model reads.
  ///
  /// - Parameters:
  ///   - messages: JSON objects, which the template sees as they are.
  ///   - variables: what else the template sees: `bos_token`, `eos_token`, `tools`, `documents` and
  ///     custom switches. `tools` and `documents` are none unless they are given.
  ///   - date: what `strftime_now` prints, at midnight.
  /// - Throws: `TareError.badData` that names the line of the template. If the template itself
  ///   refuses the conversation (`raise_exception`), the error's `isTemplateRefusal` is true.
  package func render(
    messages: [JSONValue], addGenerationPrompt: Bool, variables: [String: JSONValue] = [:],
    date: CalendarDate
  ) throws(TareError) -> String {
    let renderer = Renderer(date: date)
    defer { renderer.close() }
    do throws(Fault) {
      var root: [String: Value] = ["tools": .none, "documents": .none]
      for (name, value) in variables { root[name] = try Value(value) }
      root["messages"] = try Value(.array(messages))
      root["add_generation_prompt"] = .bool(addGenerationPrompt)
      return try renderer.render(body, variables: root)
    } catch {
      throw error.placed(atLine: renderer.line)
    }
  }
}
