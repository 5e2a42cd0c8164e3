/// `tare runs`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, show, export, import and delete the runs of a store.",
    discussion: "Example: tare runs list --store tare.sqlite",
    subcommands: [List.self, Show.self, Export.self, Import.self, Delete.self])

  struct StoreOption: ParsableArguments {
    @Option(name: .customLong("store"), help: "The store.")
    var given: String?

    /// - Throws: `TareError.usage` where nothing says which store.
    var store: String {
      get throws(TareError) {
        if let store = Defaults.store(given, isNeeded: true) { return store }
        throw .usage("which store? --store STORE, \(Setting.store.variable), or store in tare.toml")
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the runs, oldest first.",
      discussion: "Example: tare runs list --store tare.sqlite --json")
    @OptionGroup var store: StoreOption
    @Flag(help: "Print the runs as a JSON array.")
    var json = false

    func run() throws {
      let runs = try Pipeline().runs(in: store.store)
      if json {
        return try Output.print(array: runs.lazy.map { JSONValue.object($0).text().utf8 })
      }
      try Terminal.tell(
        Pipeline.table(ofRuns: runs, coloured: Terminal.outputIsColoured), onStandardOutput: true)
      if !runs.isEmpty { NextCommand.suggest(["report"] + CommandLine.given(["--store"])) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a run with its calibrations and evaluations, as JSON.",
      discussion: "Example: tare runs show first --store tare.sqlite")
    @Argument(help: "Name of the run.") var name: String
    @OptionGroup var store: StoreOption

    func run() throws {
      let run = try Pipeline().show(run: name, in: store.store)
      try Output.print(JSONValue.object(run))
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a run to a file.",
      discussion: """
        Examples:
          tare runs export first first.jsonl --store tare.sqlite
          tare runs export published published.json.gz --store tare.sqlite
          tare runs export first first.csv --store tare.sqlite

        An imported run is written as the file it was imported from; a scored run as JSON, one object \
        per response.
        """)
    @Argument(help: "Name of the run.") var name: String
    @Argument(
      help: "Output file, compressed if its name ends in .gz or .zst; - for standard output.")
    var file: String
    @OptionGroup var outputFormat: OutputFormatArgument
    @OptionGroup var store: StoreOption

    func run() throws {
      let store = try store.store
      try Output.checkApart(["the file": file], from: Output.files(ofStore: store))
      let data = try Pipeline().export(
        run: name, in: store, to: file, format: outputFormat.key(for: file))
      if let data { return try Output.print(data) }
      if !Output.isStandard(file) { NextCommand.suggest(["formats", file]) }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Import score files as runs.",
      discussion: """
        Examples:
          tare runs import scores.jsonl --store tare.sqlite --run published
          tare runs import eval-set-scores/*/*.json --store tare.sqlite
          tare runs import judgebench.csv --where rm=GRM --store tare.sqlite --run grm
          tare runs import scores.csv --missing drop --store tare.sqlite

        Accepts the files that `tare evaluate` reads: the output of `tare score`, tables with one row \
        per response or per pair, and the files of RewardBench, RM-Bench, JudgeBench and AlpacaEval, \
        compressed or not. `tare runs export` returns the original file. If one of several files is \
        invalid, it is reported and the others are imported.
        """)
    @Argument(help: "The files; - for standard input.") var files: [String]
    @OptionGroup var store: StoreOption
    @Option(
      name: .customLong("run"),
      help: "Name of the run, if there is one file (default: the file's name).")
    var runName: String?
    @Option(
      name: .customLong("where"),
      help: ArgumentHelp("Keep only rows with this value.", valueName: "COLUMN=VALUE"))
    var filters: [String] = []
    @OptionGroup var bad: BadRowArguments
    @OptionGroup var format: FormatArgument

    func run() throws {
      guard runName == nil || files.count == 1 else {
        throw TareError.usage("--run: expected one file, found \(files.count)")
      }
      let wanted = try ColumnArguments.parsed(filters)
      let store = try store.store
      let policy = try bad.policy(
        apartFrom: files.map { ("an input", $0) } + Output.files(ofStore: store))
      defer { bad.tell(policy) }
      var failed = 0
      for (file, name) in zip(files, Pipeline.runNames(of: files)) {
        do throws(TareError) {
          try Pipeline().importRun(
            named: runName ?? name, from: file, into: store, format: format.format,
            columns: format.columns, filters: wanted, policy: policy)
        } catch {
          guard files.count > 1, error.exitCode == 65 || error.exitCode == 64 else { throw error }
          Terminal.complain("\(file) skipped: \(error.description)")
          failed += 1
        }
      }
      if failed > 0 { throw ExitCode(65) }
      let given = CommandLine.given(["--store"])
      NextCommand.suggest(
        files.count > 1
          ? ["report"] + given
          : ["evaluate"] + given + ["--run", runName ?? Pipeline.runNames(of: files)[0]])
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete a run, and the texts and scores that no other run uses.",
      discussion: "Example: tare runs delete first --store tare.sqlite")
    @Argument(help: "Name of the run.") var name: String
    @OptionGroup var store: StoreOption

    func run() throws {
      try Pipeline().delete(run: name, in: store.store)
      NextCommand.suggest(["runs", "list"] + CommandLine.given(["--store"]))
    }
  }
}
