/// What beside tokenizer.json decides a folder's tokenizer.
package import TareCore

package struct TokenizerFolder: Sendable {
  /// tokenizer_config.json, special_tokens_map.json and added_tokens.json.
  package var config: JSONObject?
  package var specialTokensMap: JSONObject?
  package var addedTokens: JSONObject?
  /// config.json of the same folder: the model's type chooses the class, too.
  package var modelConfig: JSONObject?
  /// Whether there is a tokenizer.model, which some classes of 4.57 ask for.
  package var hasSentencePieceModel: Bool

  package init(
    config: JSONObject? = nil, specialTokensMap: JSONObject? = nil,
    addedTokens: JSONObject? = nil, modelConfig: JSONObject? = nil,
    hasSentencePieceModel: Bool = false
  ) {
    self.config = config
    self.specialTokensMap = specialTokensMap
    self.addedTokens = addedTokens
    self.modelConfig = modelConfig
    self.hasSentencePieceModel = hasSentencePieceModel
  }
}
