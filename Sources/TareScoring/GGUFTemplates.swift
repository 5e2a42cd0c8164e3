/// The chat templates of a GGUF file, with that of llama.cpp's rerankers.
internal import TareCore

enum GGUFTemplates {
  private static let key = "tokenizer.chat_template"

  /// Templates by name. A reranker's own, which is no template of turns, stands for the default.
  static func sources(_ metadata: JSONObject) -> [String: String] {
    var sources: [String: String] = [:]
    for (name, value) in metadata.members where name.hasPrefix(key + ".") {
      sources[String(name.dropFirst(key.count + 1))] = value.string
    }
    sources["default"] = metadata[key]?.string
    guard let rerank = rerank(metadata) else { return sources }
    sources["rerank"] = rerank.source
    sources["default"] = rerank.source
    return sources
  }

  /// `tokenizer.chat_template.rerank` as a chat template; plain where it has {query} and {document} in
  /// place of Jinja.
  static func rerank(_ metadata: JSONObject) -> (source: String, isPlain: Bool)? {
    guard let text = metadata[key + ".rerank"]?.string else { return nil }
    let isPlain =
      text.contains("{query}") && text.contains("{document}") && !text.contains("{{")
      && !text.contains("{%")
    return (isPlain ? jinja(text) : text, isPlain)
  }

  /// One expression: the text between the places as it stands, and the messages' contents in them.
  private static func jinja(_ text: String) -> String {
    let places = [
      ("{query}", "messages[-2]['content']"), ("{document}", "messages[-1]['content']"),
    ]
    var terms: [String] = []
    var rest = text[...]
    while let next = places.compactMap({ place in rest.firstRange(of: place.0).map { ($0, place.1) }
    })
    .min(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      terms += [literal(rest[..<next.0.lowerBound]), next.1]
      rest = rest[next.0.upperBound...]
    }
    return "{{ " + (terms + [literal(rest)]).joined(separator: " + ") + " }}"
  }

  private static func literal(_ text: Substring) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      .replacing("\n", with: "\\n").replacing("\r", with: "\\r").replacing("\t", with: "\\t")
    return "'\(escaped)'"
  }
}
