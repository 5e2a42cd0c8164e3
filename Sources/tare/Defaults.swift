/// What options are where they are not given: the one place that asks variables and tare.toml.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

enum Defaults {
  /// A file that is wrong stops every command, in `Tare.main`, before it does anything.
  static let loaded = Result { () throws(TareError) in
    try Configuration(
      environment: ProcessInfo.processInfo.environment,
      folder: FileManager.default.currentDirectoryPath)
  }

  private static var configuration: Configuration { (try? loaded.get()) ?? Configuration() }

  /// - Throws: `TareError` that names the file and line, or the variable, that is wrong.
  static func load() throws(TareError) {
    guard let cache = try loaded.get().ownHubCache else { return }
    // Whoever looks for models goes by this variable.
    setenv("HF_HUB_CACHE", cache, 1)
  }

  /// A setting that decides what is computed, as nobody has typed it; the user is told where it comes from.
  static func told(_ setting: Setting) -> String? {
    let value = configuration.value(of: setting)
    guard let source = value.origin.words, let text = value.text else { return nil }
    Terminal.complain("\(setting.key) \(text) (\(source))")
    return text
  }

  static var model: String? { configuration[.model] }
  static var threads: Int? { configuration.threads }
  /// With where it comes from: it changes scores.
  static var precision: (text: String, source: String)? {
    let value = configuration.value(of: .precision)
    guard let source = value.origin.words, let text = value.text else { return nil }
    return (text, source)
  }
  static var showsNextCommand: Bool { configuration.showsNextCommand }

  /// - Parameter isNeeded: whether the command names a run, or works on nothing but a store.
  static func store(_ given: String?, isNeeded: Bool) -> String? {
    given ?? (isNeeded ? configuration[.store] : nil)
  }
}

extension ScoringSettings {
  /// The settings of a model, with what variables and tare.toml say in place of the usual.
  init(configured model: String) {
    self.init(model: model)
    if let threads = Defaults.threads { self.threads = threads }
    if let precision = Defaults.precision {
      self.precision = precision.text
      precisionSource = precision.source
    }
  }
}
