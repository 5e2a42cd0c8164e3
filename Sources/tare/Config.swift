/// `tare config`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the settings of tare.toml and of variables, and where each comes from.",
    discussion: """
      Examples:
        tare config
        TARE_THREADS=4 tare config --json

      An option on the command line wins over a variable, a variable over tare.toml in the working \
      directory, and that over $XDG_CONFIG_HOME/tare/tare.toml (~/.config/tare/tare.toml). A file \
      has a line for each setting:

        store = "runs.sqlite"
        model = "Qwen/Qwen3-0.6B"
        threads = 8
        precision = "bfloat16"
        hub-cache = "/data/hub"
        next-command = false

      Variables are \(Setting.allCases.map(\.variable).joined(separator: ", ")). Paths are relative to \
      the working directory. The store is used where a command names a run but no --store; the model \
      by score, tokenize, train-head, inspect and serve.
      """)

  @Flag(help: "Print the settings as JSON.")
  var json = false

  func run() throws {
    let configuration = try Defaults.loaded.get()
    if json { return try Output.print(configuration.json) }
    try Terminal.tell(configuration.text, onStandardOutput: true)
  }
}
