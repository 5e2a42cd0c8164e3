/// HTML as a tree: text is escaped because nothing else can be done with it.
package import TareCore

/// A piece of a page that is both HTML and well-formed XML.
package enum Markup: Sendable {
  case text(String)
  /// Goes out as it stands: style sheets and script, never data.
  case verbatim(EmbeddedFile)
  indirect case element(name: String, attributes: [(name: String, value: String)], [Markup])
}

/// An element with its attributes and contents.
func tag(
  _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
  @MarkupBuilder _ contents: () -> [Markup] = { [] }
) -> Markup {
  .element(name: name, attributes: attributes.map { ($0.key, $0.value) }, contents())
}

/// Lists markup and strings one after another, with `if` and `for` between them.
@resultBuilder package enum MarkupBuilder {
  package static func buildExpression(_ markup: Markup) -> [Markup] { [markup] }
  package static func buildExpression(_ markup: [Markup]) -> [Markup] { markup }
  package static func buildExpression(_ text: String) -> [Markup] { [.text(text)] }
  package static func buildBlock(_ parts: [Markup]...) -> [Markup] { parts.flatMap { $0 } }
  package static func buildOptional(_ part: [Markup]?) -> [Markup] { part ?? [] }
  package static func buildEither(first: [Markup]) -> [Markup] { first }
  package static func buildEither(second: [Markup]) -> [Markup] { second }
  package static func buildArray(_ parts: [[Markup]]) -> [Markup] { parts.flatMap { $0 } }
}

extension Markup {
  /// Elements of HTML that have no end tag.
  private static let void: Set<String> = ["meta", "br", "hr", "img", "link", "input"]
  /// Elements before which a line ends, so that a reader of the source finds them.
  private static let startsLine: Set<String> = [
    "head", "body", "header", "main", "nav", "section", "footer", "h1", "h2", "h3", "p", "ul", "li",
    "dl", "dt", "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "svg", "g",
    "meta", "title", "style", "div", "script", "form", "details", "dt", "dd",
  ]

  func write(to page: inout String) {
    switch self {
    case .text(let text): page += text.escaped
    case .verbatim(let file): page += file.text
    case .element(let name, let attributes, let contents):
      if Markup.startsLine.contains(name) { page += "\n" }
      page += "<\(name)"
      for attribute in attributes { page += " \(attribute.name)=\"\(attribute.value.escaped)\"" }
      if contents.isEmpty, Markup.void.contains(name) {
        page += " />"
      } else {
        page += ">"
        for part in contents { part.write(to: &page) }
        page += "</\(name)>"
      }
    }
  }
}

extension String {
  /// The text as it may stand between tags and in quoted attributes. Characters that no XML
  /// document may hold become U+FFFD.
  var escaped: String {
    var result = ""
    result.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
