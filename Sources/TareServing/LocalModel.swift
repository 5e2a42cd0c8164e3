/// The model behind `tare serve`: a reward model on this machine.
package import TareCore
package import TareScoring

package struct LocalModel: ServedModel {
  private let model: RewardModel
  private let texts: ServedTexts
  package let profile: ModelProfile

  package init(model: RewardModel, options: ScoringOptions, pairs: ServedTexts.Pairs = .joined) {
    self.model = model
    texts = ServedTexts(model: model.text, options: options, pairs: pairs)
    let head: (output: OutputChoice?, count: Int) =
      switch model.reading {
      case .head(let head, let output, _): (output, head.outputCount)
      case .implicit: (nil, 1)
      }
    profile = ModelProfile(model.text, options, output: head.output, outputs: head.count)
  }

  package var name: String { model.text.name }
  package var sharesPrefixes: Bool { model.sharesPrefixes }
  package var prefixCounts: PrefixCounts? { model.prefixCounts }

  package func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    try texts.tokenize(text)
  }

  package func response(in rendered: String, after prompt: String?) -> String? {
    texts.turn.response(in: rendered, after: prompt)
  }

  package func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    try model.text.beginning(of: text, tokens: count)
  }

  package func spell(_ ids: [Int32]) throws(TareError) -> (text: String, tokens: [String]) {
    try model.text.spell(ids)
  }

  package func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    try model.score(texts)
  }
}
