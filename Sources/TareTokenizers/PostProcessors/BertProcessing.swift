/// BERT's `[CLS] A [SEP] B [SEP]`.
package import TareCore

package struct BertProcessing: PostProcessor {
  package static let typeName = "BertProcessing"
  package static let summary = "[CLS] A [SEP] B [SEP]"

  package let template: TokenTemplate?

  package init(_ part: Part) throws(TareError) {
    template = .bert(start: try part.tokenID("cls"), end: try part.tokenID("sep"))
  }
}

extension TokenTemplate {
  /// `[CLS] A [SEP] B [SEP]`, B and what follows of type 1.
  static func bert(start: Int32, end: Int32) -> TokenTemplate {
    let single: [Item] = [
      .special(ids: [start], typeID: 0), .first(typeID: 0), .special(ids: [end], typeID: 0),
    ]
    return TokenTemplate(
      single: single, pair: single + [.second(typeID: 1), .special(ids: [end], typeID: 1)])
  }
}

extension Part {
  /// The id of a token that stands as `["[SEP]", 102]`.
  func tokenID(_ key: String) throws(TareError) -> Int32 {
    let values = try array(key)
    guard values.count == 2, values[0].string != nil, let number = values[1].int,
      let id = Int32(exactly: number), id >= 0
    else {
      throw error(key, JSONValue.array(values).text(), "a token and its id")
    }
    return id
  }
}
