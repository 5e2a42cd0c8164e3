/// Special tokens as a template has them.
package import TareCore

package struct TemplateProcessing: PostProcessor {
  package static let typeName = "TemplateProcessing"
  package static let summary = "special tokens by a template"

  package let template: TokenTemplate?

  package init(_ part: Part) throws(TareError) {
    let tokens = try part.optionalPart("special_tokens") ?? Part(JSONObject(), place: part.place)
    let single = try Self.items(part, "single", tokens)
    guard single.count(where: \.isText) == 1, !single.contains(where: \.isSecond) else {
      throw part.error("single", "a template without the sequence A once", "A and special tokens")
    }
    template = TokenTemplate(single: single, pair: try Self.items(part, "pair", tokens))
  }

  private static func items(
    _ part: Part, _ key: String, _ tokens: Part
  ) throws(TareError) -> [TokenTemplate.Item] {
    var items: [TokenTemplate.Item] = []
    for piece in try part.parts(key) {
      if let sequence = try piece.optionalPart("Sequence") {
        let typeID = try typeID(sequence)
        switch try sequence.string("id") {
        case "A": items.append(.first(typeID: typeID))
        case "B": items.append(.second(typeID: typeID))
        case let id: throw sequence.error("id", "'\(id)'", "A or B")
        }
      } else if let special = try piece.optionalPart("SpecialToken") {
        let ids = try ids(of: try special.string("id"), tokens, special)
        items.append(.special(ids: ids, typeID: try typeID(special)))
      } else {
        throw .badData(
          place: piece.place, found: piece.object.keys.joined(separator: ", "),
          accepted: "Sequence or SpecialToken")
      }
    }
    return items
  }

  private static func typeID(_ part: Part) throws(TareError) -> Int32 {
    let typeID = try part.int("type_id")
    guard let typeID = Int32(exactly: typeID) else {
      throw part.error("type_id", "\(typeID)", "a small number")
    }
    return typeID
  }

  private static func ids(
    of name: String, _ tokens: Part, _ special: Part
  ) throws(TareError) -> [Int32] {
    guard let token = try tokens.optionalPart(name) else {
      throw special.error("id", "'\(name)'", "one of special_tokens")
    }
    var ids: [Int32] = []
    for value in try token.array("ids") {
      guard let number = value.int, let id = Int32(exactly: number), id >= 0 else {
        throw token.error("ids", value.text(), "ids")
      }
      ids.append(id)
    }
    return ids
  }
}

extension TokenTemplate.Item {
  var isSecond: Bool { if case .second = self { true } else { false } }
  var isText: Bool { if case .special = self { false } else { true } }
}
