/// RoBERTa's `<s> A </s> </s> B </s>`, all of type 0.
package import TareCore

package struct RobertaProcessing: PostProcessor {
  package static let typeName = "RobertaProcessing"
  package static let summary = "<s> A </s></s> B </s>"

  package let template: TokenTemplate?

  package init(_ part: Part) throws(TareError) {
    let start = TokenTemplate.Item.special(ids: [try part.tokenID("cls")], typeID: 0)
    let end = TokenTemplate.Item.special(ids: [try part.tokenID("sep")], typeID: 0)
    let single = [start, .first(typeID: 0), end]
    template = TokenTemplate(single: single, pair: single + [end, .second(typeID: 0), end])
  }
}
