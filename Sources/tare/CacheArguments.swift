/// How much memory is for what inputs begin with alike.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct CacheArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Memory for the keys and values of recently used prefixes (system prompts, prompts), so that \
      later inputs with the same prefix do not compute it again: a size such as 2GB, a percentage, or \
      0 for none (default: \(ScoringSettings.defaultCacheMemory)). Scores are bit-identical.
      """, valueName: "size"))
  var cacheMemory: String?

  /// - Throws: `TareError.usage` for what is no size, or with engines, which have caches of their own.
  func apply(to settings: inout ScoringSettings, engine: EngineSettings?) throws(TareError) {
    guard cacheMemory == nil || engine == nil else {
      throw .usage(
        "--cache-memory cannot be combined with --engine: the engine decides how it computes")
    }
    settings.cacheMemory = cacheMemory ?? ScoringSettings.defaultCacheMemory
  }
}
