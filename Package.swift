// swift-tools-version: 6.2
// Tare: the pipeline score ─► store ─► calibrate ─► evaluate ─► rank ─► report / serve, a target a stage.
import PackageDescription

let package = Package(
  name: "tare",
  products: [
    .executable(name: "tare", targets: ["tare"]),
    // For other Swift programs; TareCore has their errors, messages and conversations.
    .library(name: "TareNumerics", targets: ["TareNumerics", "TareCore"]),
    .library(name: "TareCalibration", targets: ["TareCalibration", "TareCore"]),
    .library(name: "TareEvaluation", targets: ["TareEvaluation", "TareCore"]),
    .library(name: "TareScoring", targets: ["TareScoring", "TareCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // Without the settings from files and variables that Hummingbird can read.
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
      traits: ["FullFoundation"]),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // MARK: - Commands
    .executableTarget(
      name: "tare",
      dependencies: [
        "TareCore", "TarePipeline", "TareServer", "TareServing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "TareServer",
      dependencies: [
        "TareCore", "TareScoring", "TareServing",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      ]),

    // MARK: - The stages in order
    .target(
      name: "TarePipeline",
      dependencies: [
        "TareCore", "TareHub", "TareScoring", "TareRemote", "TareEngine", "TareTokenizers",
        "TareTemplates",
        "TareFormats", "TareStore", "TareCalibration", "TareNumerics", "TareEvaluation",
        "TareRanking", "TareInspection", "TareReport", "TareServing", "TareTraining",
      ]),

    // MARK: Models from a hub
    .target(
      name: "TareHub", dependencies: ["TareCore", "TareHTTP"]),

    // MARK: 1 Score
    .target(
      name: "TareScoring",
      dependencies: [
        "TareCore", "TareEngine", "TareTokenizers", "TareTemplates",
      ]),
    .target(
      name: "TareRemote",
      dependencies: ["TareCore", "TareHTTP", "TareScoring", "TareEngine", "TareTokenizers"]),
    .target(
      name: "TareEngine", dependencies: ["TareCore", "CKernels", "COpenBLAS"]),
    .target(name: "TareTokenizers", dependencies: ["TareCore"]),
    .target(name: "TareTemplates", dependencies: ["TareCore"]),

    // MARK: Train: heads on features that the engine has computed
    .target(name: "TareTraining", dependencies: ["TareCore", "TareEngine", "COpenBLAS"]),

    // MARK: 2 Store
    .target(
      name: "TareStore",
      dependencies: ["TareCore", "TareFormats", .product(name: "GRDB", package: "GRDB.swift")]),

    // MARK: Files: containers, layouts and columns
    .target(
      name: "TareFormats", dependencies: ["TareCore", "CZlib", "CZstd", "CSnappy", "CLZ4"]),

    // MARK: 3 Calibrate
    .target(name: "TareCalibration", dependencies: ["TareCore", "TareNumerics"]),

    // MARK: 4 Evaluate
    .target(name: "TareEvaluation", dependencies: ["TareCore"]),

    // MARK: Inspect: from what probes saw to the numbers that findings are told of
    .target(name: "TareInspection", dependencies: ["TareCore"]),

    // MARK: 5 Rank
    .target(name: "TareRanking", dependencies: ["TareCore"]),

    // MARK: 6 Report
    .target(
      name: "TareReport",
      dependencies: ["TareCore", "TareEvaluation", "TareRanking", "TareInspection"]),

    // MARK: 7 Serve: what waits is scored together, without HTTP
    .target(
      name: "TareServing",
      dependencies: ["TareCore", "TareScoring", "TareRemote", "TareCalibration"]),

    // MARK: - What every stage shares
    .target(
      name: "TareCore",
      dependencies: [.target(name: "CCrypto", condition: .when(platforms: [.linux])), "CFiles"]),

    .target(name: "TareNumerics", dependencies: ["TareCore"]),

    // Requests over HTTP, for the hub and for engines elsewhere.
    .target(name: "TareHTTP", dependencies: ["TareCore", "CCurl"]),

    // MARK: - C
    .target(name: "CKernels"),
    // Files inside the program: the report's style and script, the demo's data.
    .target(name: "CFiles", exclude: ["page", "demo", "judge"]),
    .target(name: "COpenBLAS"),
    // libcurl4-openssl-dev has its header; the library is loaded when it is first wanted.
    .target(name: "CCurl"),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
    .systemLibrary(name: "CLZ4", providers: [.apt(["liblz4-dev"])]),

    // MARK: - Tests
    .target(name: "TareTesting", dependencies: ["TareCore"], path: "Tests/TareTesting"),
    .testTarget(
      name: "TareCoreTests", dependencies: ["TareCore", "TareTesting"], exclude: ["Fixtures"]),
    .testTarget(
      name: "TareTokenizersTests",
      dependencies: ["TareTokenizers", "TareEngine", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareTemplatesTests", dependencies: ["TareTemplates", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareEngineTests",
      dependencies: ["TareEngine", "CKernels", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareFormatsTests", dependencies: ["TareFormats", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareStoreTests",
      dependencies: [
        "TareStore", "TareFormats", "TareCore", "TareTesting",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TarePipelineTests",
      dependencies: ["TarePipeline", "TareCalibration", "TareCore", "TareTesting"]),
    .testTarget(
      name: "TareCalibrationTests",
      dependencies: ["TareCalibration", "TareNumerics", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareEvaluationTests", dependencies: ["TareEvaluation", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareTrainingTests",
      dependencies: ["TareTraining", "TareEngine", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareInspectionTests", dependencies: ["TareInspection", "TareCore", "TareTesting"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "tareTests",
      dependencies: [
        "tare", "TarePipeline", "TareCore", "TareHTTP", "TareTesting",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "RegistryTests",
      dependencies: [
        "tare", "TareCore", "TareEngine", "TareTokenizers", "TareTemplates", "TareScoring",
        "TareRemote", "TareFormats", "TareStore", "TareCalibration", "TareEvaluation",
        "TareReport", "TareServer", "TareTesting",
      ]),
    .testTarget(
      name: "TareRankingTests", dependencies: ["TareRanking", "TareCore", "TareTesting"]),
    .testTarget(
      name: "TareReportTests",
      dependencies: [
        "TareReport", "TareEvaluation", "TareRanking", "TareInspection", "TareCore",
        "TareTesting",
      ]),
    .testTarget(
      name: "TareRemoteTests",
      dependencies: [
        "TareRemote", "TareScoring", "TareTemplates", "TareCore", "TareTesting",
      ]),
    .testTarget(name: "TareHTTPTests", dependencies: ["TareHTTP", "TareCore", "TareTesting"]),
    .testTarget(name: "TareHubTests", dependencies: ["TareHub", "TareCore", "TareTesting"]),
    .testTarget(
      name: "TareScoringTests",
      dependencies: [
        "TareScoring", "TareEngine", "TareTokenizers", "TareTemplates", "TareCore", "TareTesting",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TareServerTests",
      dependencies: [
        "TareServer", "TareServing", "TarePipeline", "TareRemote", "TareScoring", "TareTemplates",
        "TareCore", "TareTesting",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      exclude: ["Fixtures"]),
  ]
)

// The libraries' documentation: `make library-docs`. Nobody else needs the plugin.
if Context.environment["TARE_DOCS"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
}

// The static program carries ICU's data for English alone: `make static`, packaging/icu_data.py.
if let folder = Context.environment["TARE_ICU"] {
  package.targets.append(.target(name: "CICUData", path: folder, exclude: ["icu.dat"]))
  package.targets.first { $0.name == "tare" }?.dependencies.append("CICUData")
}

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
  // Warnings stop CI, not a user's build with a newer compiler.
  if Context.environment["CI"] != nil {
    target.swiftSettings?.append(.treatAllWarnings(as: .error))
  }
}

// Some of the tests alone: `TARE_TEST_TARGETS=TareCoreTests,TareHTTPTests`.
if let wanted = Context.environment["TARE_TEST_TARGETS"]?.split(separator: ",").map(String.init) {
  package.targets.removeAll { $0.type == .test && !wanted.contains($0.name) }
}
