/// `tare store`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct StoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Check a store, and recover what is readable of a damaged one.",
    discussion: "Example: tare store check tare.sqlite",
    subcommands: [Check.self, Recover.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that nothing in a store is damaged or was changed by another program.",
      discussion: """
        Examples:
          tare store check tare.sqlite
          tare store check tare.sqlite --json

        Runs SQLite's integrity check, and compares texts with their digests, finished runs and \
        calibrations with their seals, imported files with their runs, and rows with the rows that \
        they belong to. Nothing is changed. The exit code is 65 if anything is damaged.
        """)

    @Argument(help: "The store.") var file: String
    @Flag(help: "Print what was found as JSON.") var json = false

    func run() throws {
      let outcome = try Pipeline().check(store: file)
      if json {
        try Output.print(outcome.json)
      } else {
        try Terminal.tell(
          outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
      }
      guard outcome.isDamaged else { return }
      if !json {
        NextCommand.suggest(["store", "recover", file, "--output", file.inserting("-recovered")])
      }
      throw ExitCode(65)
    }
  }

  struct Recover: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Save what is readable of a damaged store in a new one.",
      discussion: """
        Example: tare store recover tare.sqlite --output recovered.sqlite

        Rows are copied around what cannot be read. Texts that are not what they were, and rows that \
        belong to something lost, are not kept. A run that is no longer what it was when it was finished \
        is open again: the same `tare score` command computes what is missing. The damaged store is not \
        touched.
        """)

    @Argument(help: "The damaged store.") var file: String
    @Option(name: .shortAndLong, help: "File for the new store; must not exist.")
    var output: String
    @Flag(help: "Print what was saved as JSON.") var json = false

    func run() throws {
      let outcome = try Pipeline().recover(store: file, to: output)
      if json { return try Output.print(outcome.json) }
      try Terminal.tell(
        outcome.text(coloured: Terminal.outputIsColoured), onStandardOutput: true)
      NextCommand.suggest(["store", "check", output])
    }
  }
}
