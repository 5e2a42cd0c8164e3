/// ERNIE (Sun et al. 2020): BERT, with an embedding of the task in some.
internal import TareCore

package enum ERNIE: EncoderArchitecture {
  package static let key = "ernie"
  package static let summary = "ERNIE 1 to 3 (encoders) and rerankers made of them"
  package static let defaultPadID: Int32? = 0

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    var spec = try EncoderSpec(bert: config)
    guard try config.flag("use_task_id") else { return spec }
    spec.taskCount = try config.count("task_type_vocab_size", default: 3)
    guard spec.typeCount > 0 else {
      throw config.error("type_vocab_size", "0", "at least 1 with use_task_id")
    }
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    EncoderNames(["ernie.", "model.ernie.", ""])
  }
}
