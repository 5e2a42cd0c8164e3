/// Text to token ids and back.
///
/// The stages of `encode`, in order: added tokens are found in the text; the rest is cut into words
/// by the pre-tokeniser; the model turns words into tokens; BOS and EOS are put around the whole.
package import TareCore

package struct Tokenizer: Sendable {
  private let table: TokenTable
  private let addedTokens: AddedTokens
  private let preTokenizer: PreTokenizer
  private let model: any TokenizerModel

  package let bosID: Int32?
  package let eosID: Int32?
  package let padID: Int32?
  package let unknownID: Int32?
  /// Whether `encode` with `addSpecialTokens` begins with BOS, ends with EOS.
  package let addsBOS: Bool
  package let addsEOS: Bool

  /// - Throws: `TareError.badData` if the vocabulary's parts do not fit together, or if its model or
  ///   pre-tokeniser is not known.
  package init(_ vocabulary: Vocabulary) throws(TareError) {
    let kind = try Self.model(named: vocabulary.model)
    let pre = try NamedPreTokenizer.named(vocabulary.pre)
    table = try TokenTable(tokens: vocabulary.tokens, types: vocabulary.types)
    bosID = try table.checked(vocabulary.bosID, "BOS", isNeeded: vocabulary.addsBOS == true)
    eosID = try table.checked(vocabulary.eosID, "EOS", isNeeded: vocabulary.addsEOS)
    padID = try table.checked(vocabulary.paddingID, "padding", isNeeded: false)
    unknownID = try table.checked(vocabulary.unknownID, "unknown", isNeeded: false)
    addsBOS = vocabulary.addsBOS ?? (pre.addsBOS && bosID != nil)
    addsEOS = vocabulary.addsEOS
    addedTokens = AddedTokens(table)
    preTokenizer = try PreTokenizer(patterns: pre.patterns)
    model = try kind.init(vocabulary, table, pre)
  }

  private static func model(named name: String) throws(TareError) -> any TokenizerModel.Type {
    let models = TokenizerModels.registry.entries
    guard let kind = models.first(where: { $0.ggufNames.contains(name) }) else {
      throw .badData(
        place: "tokenizer.ggml.model", found: "'\(name)'",
        accepted: models.flatMap { $0.ggufNames }.joined(separator: ", "))
    }
    return kind
  }

  /// How many tokens there are; ids are smaller.
  package var count: Int { table.count }

  /// The token's spelling in the vocabulary; nil if there is no such id.
  package func token(_ id: Int32) -> String? {
    table.tokens.indices.contains(Int(id)) ? table.tokens[Int(id)] : nil
  }

  /// The id of the token that the vocabulary spells so.
  package func id(of token: String) -> Int32? { table.id(of: token) }

  /// - Parameter addSpecialTokens: whether BOS and EOS are added, if the model's texts have them.
  ///   Such tokens within the text are found in either case.
  package func encode(_ text: String, addSpecialTokens: Bool) -> [Int32] {
    var ids: [Int32] = []
    if addSpecialTokens, addsBOS, let bosID { ids.append(bosID) }
    let bytes = text.utf8Span.span
    addedTokens.forEachPart(of: bytes) { part, id in
      if let id {
        ids.append(id)
      } else {
        model.encode(bytes, preTokenizer.words(in: bytes, part), into: &ids)
      }
    }
    if addSpecialTokens, addsEOS, let eosID { ids.append(eosID) }
    return ids
  }

  /// The text of the tokens. Bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Parameter skipSpecialTokens: whether control tokens are left out.
  /// - Throws: `TareError.badData` if an id is not one of the vocabulary.
  package func decode(_ ids: [Int32], skipSpecialTokens: Bool) throws(TareError) -> String {
    var bytes: [UInt8] = []
    for (place, id) in ids.enumerated() {
      guard let token = token(id) else {
        throw .badData(
          place: "token \(place)", found: "the id \(id)", accepted: "0 to \(table.count - 1)")
      }
      let type = table.types[Int(id)]
      if skipSpecialTokens && type.isSpecial { continue }
      if type.isAdded {
        bytes.append(contentsOf: token.utf8)
      } else {
        model.decode(id, into: &bytes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
