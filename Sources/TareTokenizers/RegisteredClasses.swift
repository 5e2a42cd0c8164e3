/// Which tokenizer class transformers has for which model, as its tables say.
///
/// Written out of `tokenization_auto.py` of transformers 5.23.0 and 4.57.3.
enum RegisteredClasses {
  /// By `model_type`, in 5.23; names without "Fast".
  static let five = byType(
    """
    AlbertTokenizer albert yoso
    BartTokenizer florence2
    BarthezTokenizer barthez
    BartphoTokenizer bartpho
    BertGenerationTokenizer bert-generation
    BertJapaneseTokenizer bert-japanese
    BertTokenizer align bark bert blip bros chinese_clip convbert distilbert electra ernie flava
    BertTokenizer git grounding-dino layoutlm megatron-bert mm-grounding-dino nezha nomic_bert
    BertTokenizer qdqbert realm retribert squeezebert tvp vilt visual_bert
    BertweetTokenizer bertweet
    BigBirdTokenizer big_bird
    BioGptTokenizer biogpt
    BlenderbotSmallTokenizer blenderbot-small
    BlenderbotTokenizer blenderbot
    ByT5Tokenizer byt5
    CLIPTokenizer aimv2 clip clipseg groupvit omdet-turbo oneformer owlv2 owlvit sam3 sam3_video
    CLIPTokenizer xclip
    CTRLTokenizer ctrl
    CamembertTokenizer camembert
    CanineTokenizer canine
    ClvpTokenizer clvp
    CodeLlamaTokenizer code_llama
    CohereTokenizer aya_vision cohere cohere2
    CpmAntTokenizer cpmant
    CpmTokenizer cpm
    DPRQuestionEncoderTokenizer dpr
    DebertaTokenizer deberta
    DebertaV2Tokenizer deberta-v2
    DiaTokenizer dia
    EsmTokenizer esm
    EsmcTokenizer esmc esmfold2
    FNetTokenizer fnet
    FSMTTokenizer fsmt
    FlaubertTokenizer flaubert
    FunnelTokenizer funnel
    GPT2Tokenizer blip-2 codegen dbrx emu3 gpt2 gpt_neo gptj hyperclovax_vision_v2 instructblip
    GPT2Tokenizer instructblipvideo jais2 opt phi starcoder2
    GPTNeoXJapaneseTokenizer gpt_neox_japanese
    GPTNeoXTokenizer falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv xlstm
    GPTSw3Tokenizer gpt-sw3
    GemmaTokenizer diffusion_gemma gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text
    GemmaTokenizer recurrent_gemma shieldgemma2 t5gemma zaya
    HerbertTokenizer herbert
    LEDTokenizer led
    LasrTokenizer lasr_ctc lasr_encoder
    LayoutLMv2Tokenizer layoutlmv2
    LayoutLMv3Tokenizer layoutlmv3
    LayoutXLMTokenizer layoutxlm
    LlamaTokenizer idefics idefics2
    LukeTokenizer luke
    LxmertTokenizer lxmert
    M2M100Tokenizer m2m_100
    MBart50Tokenizer mbart50
    MBartTokenizer mbart
    MLukeTokenizer mluke
    MPNetTokenizer mpnet
    MarianTokenizer marian
    MarkupLMTokenizer markuplm
    MgpstrTokenizer mgp-str
    MobileBertTokenizer mobilebert
    MvpTokenizer mvp
    MyT5Tokenizer myt5
    NllbTokenizer nllb nllb-moe
    NougatTokenizer nougat pp_formulanet
    OpenAIGPTTokenizer openai-gpt
    PLBartTokenizer plbart
    ParakeetTokenizer granite_speech5_ctc nemotron3_5_asr nemotron_asr_streaming parakeet_ctc
    ParakeetTokenizer parakeet_rnnt parakeet_tdt
    PegasusTokenizer pegasus
    PerceiverTokenizer perceiver
    PhobertTokenizer phobert
    ProphetNetTokenizer prophetnet
    Qwen2Tokenizer audioflamingo3 colqwen2 cosmos3_omni dots3_note fun_asr_nano hunyuan_vl internvl
    Qwen2Tokenizer lighton_ocr moss_transcribe_diarize ovis2 qianfan_ocr qwen2 qwen2_5_omni
    Qwen2Tokenizer qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl qwen3 qwen3_asr qwen3_moe qwen3_next
    Qwen2Tokenizer qwen3_omni_moe qwen3_vl qwen3_vl_moe vibevoice
    Qwen3_5Tokenizer qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen3_5_text qwen4_exp
    RagTokenizer rag
    ReformerTokenizer reformer
    RemBertTokenizer rembert
    RoCBertTokenizer roc_bert
    RoFormerTokenizer roformer
    RobertaTokenizer bart bridgetower clap data2vec-text ibert lilt longformer mega mra roberta
    RobertaTokenizer roberta-prelayernorm
    SeamlessM4TTokenizer seamless_m4t seamless_m4t_v2
    Siglip2Tokenizer siglip2
    SiglipTokenizer siglip
    Speech2TextTokenizer speech_to_text
    SpeechT5Tokenizer speecht5
    SplinterTokenizer splinter
    T5Tokenizer mt5 musicgen musicgen_melody switch_transformers t5
    TapasTokenizer tapas
    Tipsv2Tokenizer tipsv2
    TokenizersBackend EvollaModel arctic aria beam bigbird_pegasus camembertv2-base canary chatlm
    TokenizersBackend cohere_asr ernie4_5 ernie4_5_moe flex_olmo fuyu glm glm4 glm4_moe
    TokenizersBackend glm4_moe_lite glm4v glm4v_moe glm_image glmasr got_ocr2 gpt_bigcode
    TokenizersBackend gradium_phonon_tts granite granitemoe granitemoehybrid granitemoeshared
    TokenizersBackend h2ovl_chat hyperclovax hyperclovax_vlm internlm2 internlm3 iquestcoder jamba
    TokenizersBackend kimi_k25 kimi_linear kosmos-2 llava llava_next mimo_v2_flash minicpm3
    TokenizersBackend minicpm_ocr minicpmv minicpmv4_6 minicpmv4_7 minimax_m2 ministral ministral3
    TokenizersBackend mistral mistral3 mistral_large4 mixtral modernbert modernbert-decoder molmo
    TokenizersBackend molmo2 nemo_speechlm nemotron nvfp4 nystromformer olmo2 olmo3 olmo_hybrid
    TokenizersBackend opencua openvla paddleocr_vl pegasus_x persimmon phi3 phi3_v phimoe
    TokenizersBackend pix2struct pixtral pocket_tts smolvlm stablelm step3_vl umt5 vipllava voxtral
    TokenizersBackend voxtral_realtime xlm-roberta-xl
    UdopTokenizer udop
    VideoPrismTokenizer videoprism
    VitsTokenizer vits
    Wav2Vec2CTCTokenizer data2vec-audio hubert unispeech unispeech-sat wav2vec2 wav2vec2-bert
    Wav2Vec2CTCTokenizer wav2vec2-conformer
    Wav2Vec2PhonemeCTCTokenizer wav2vec2_phoneme
    WhisperTokenizer whisper
    XGLMTokenizer xglm
    XLMRobertaTokenizer gte jina_embeddings_v3 metaclip_2 trocr xlm-roberta xmod
    XLMTokenizer xlm
    XLNetTokenizer xlnet
    """)

  /// Models whose registered class goes before the one that the folder names, in 5.23
  /// (`MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS`).
  static let forced = words(
    """
    arctic camembertv2-base chatlm cohere_asr ernie4_5 ernie4_5_moe fuyu h2ovl_chat hyperclovax
    hyperclovax_vision_v2 hyperclovax_vlm internlm2 internlm3 iquestcoder jamba llava llava_next
    minicpm3 minicpmv minimax_m2 modernbert modernbert-decoder molmo molmo2 nemotron nvfp4 opencua
    openvla paddleocr_vl phi3 phi3_v phimoe qwen2 qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen4_exp
    siglip2 smolvlm step3_vl vipllava
    """)

  /// Classes that do not take tokenizer.json as it stands, in 5.23; names without "Tokenizer".
  static let rebuilt = words(
    """
    Albert Bart Barthez Bartpho Bert BertGeneration BertJapanese Bertweet BigBird BioGpt
    Blenderbot BlenderbotSmall ByT5 CLIP CTRL Camembert Canine Clvp CodeGen CodeLlama Cohere Cpm
    CpmAnt DPRContextEncoder DPRQuestionEncoder DPRReader Deberta DebertaV2 Dia DistilBert Esm
    Esmc FSMT FastSpeech2Conformer Flaubert Funnel GPT2 GPTNeoX GPTNeoXJapanese GPTSw3 Gemma
    Herbert LED Lasr LayoutLMv2 LayoutLMv3 LayoutXLM Llama Luke Lxmert M2M100 MBart MBart50 MLuke
    MPNet Marian MarkupLM Mgpstr MobileBert Mvp MyT5 Nllb Nougat OpenAIGPT PLBart Pegasus
    Perceiver Phobert Pop2Piano ProphetNet Qwen2 Qwen3_5 Rag Reformer RemBert RoCBert RoFormer
    Roberta SeamlessM4T Siglip Siglip2 Speech2Text SpeechT5 Splinter SqueezeBert T5 Tapas Tipsv2
    Udop VideoPrism Vits Wav2Vec2CTC Wav2Vec2PhonemeCTC Whisper XGLM XLM XLMRoberta XLNet
    """)

  /// By `model_type`, in 4.57; the general class stands for those that are not followed here.
  static let four = byType(
    """
    CodeLlamaTokenizer code_llama
    CohereTokenizer aya_vision cohere cohere2
    DebertaV2Tokenizer deberta-v2
    GPT2Tokenizer blip-2 dbrx emu3 exaone4 flex_olmo gpt2 gpt_bigcode gpt_neo gptj granite
    GPT2Tokenizer granitemoe granitemoehybrid granitemoeshared instructblip instructblipvideo
    GPT2Tokenizer minimax olmo3 opt starcoder2
    GPTNeoXTokenizer falcon_mamba gpt_neox mamba mamba2 mpt olmo olmo2 olmoe rwkv stablelm xlstm
    GemmaTokenizer gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text recurrent_gemma
    GemmaTokenizer shieldgemma2 siglip2 t5gemma
    LlamaTokenizer arcee aria chameleon colpali deepseek_v2 deepseek_v3 deepseek_vl
    LlamaTokenizer deepseek_vl_hybrid diffllama ernie4_5 ernie4_5_moe idefics idefics2 idefics3
    LlamaTokenizer jamba janus jetmoe llama llama4 llama4_text llava llava_next llava_next_video
    LlamaTokenizer llava_onevision ministral mistral mistral3 mixtral mllama paligemma persimmon
    LlamaTokenizer phi3 phimoe video_llava vipllava zamba zamba2
    PreTrainedTokenizer aimv2 albert align bark bart barthez bartpho bert bert-generation
    PreTrainedTokenizer bert-japanese bertweet big_bird bigbird_pegasus biogpt bitnet blenderbot
    PreTrainedTokenizer blenderbot-small blip bloom blt bridgetower bros byt5 camembert canine
    PreTrainedTokenizer chinese_clip clap clip clipseg clvp codegen convbert cpm cpmant csm ctrl
    PreTrainedTokenizer data2vec-audio data2vec-text deberta dia distilbert dpr electra ernie
    PreTrainedTokenizer ernie_m esm falcon flaubert fnet fsmt funnel git glm glm4 glm4_moe glm4v
    PreTrainedTokenizer glm4v_moe gpt-sw3 gpt_neox_japanese gpt_oss gptsan-japanese grounding-dino
    PreTrainedTokenizer groupvit helium herbert hubert ibert jukebox kosmos-2 kosmos-2.5 layoutlm
    PreTrainedTokenizer layoutlmv2 layoutlmv3 layoutxlm led lilt longformer longt5 luke lxmert
    PreTrainedTokenizer m2m_100 marian mbart mbart50 mega megatron-bert metaclip_2 mgp-str mluke
    PreTrainedTokenizer mm-grounding-dino mobilebert modernbert moonshine moshi mpnet mra mt5
    PreTrainedTokenizer musicgen musicgen_melody mvp myt5 nemotron nezha nllb nllb-moe
    PreTrainedTokenizer nystromformer omdet-turbo oneformer openai-gpt owlv2 owlvit parakeet
    PreTrainedTokenizer pegasus pegasus_x perceiver phi phobert pix2struct pixtral plbart
    PreTrainedTokenizer prophetnet qdqbert rag realm reformer rembert retribert roberta
    PreTrainedTokenizer roberta-prelayernorm roc_bert roformer seamless_m4t seamless_m4t_v2 siglip
    PreTrainedTokenizer smollm3 speech_to_text speech_to_text_2 speecht5 splinter squeezebert
    PreTrainedTokenizer switch_transformers t5 tapas tapex transfo-xl tvp udop umt5 vilt
    PreTrainedTokenizer visual_bert vits voxtral wav2vec2 wav2vec2-bert wav2vec2-conformer
    PreTrainedTokenizer wav2vec2_phoneme whisper xclip xglm xlm xlm-prophetnet xlm-roberta
    PreTrainedTokenizer xlm-roberta-xl xlnet xmod yoso
    Qwen2Tokenizer colqwen2 internvl qwen2 qwen2_5_omni qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl
    Qwen2Tokenizer qwen3 qwen3_moe qwen3_next qwen3_omni_moe qwen3_vl qwen3_vl_moe
    """)

  /// Classes that 4.57 has; of another name it loads nothing. Names without "Tokenizer".
  static let namesOfFour = words(
    """
    Albert Bart Barthez Bartpho Bert BertGeneration BertJapanese Bertweet BigBird BioGpt
    Blenderbot BlenderbotSmall Bloom ByT5 CLIP CTRL Camembert Canine Clvp CodeGen CodeLlama Cohere
    ConvBert Cpm CpmAnt DPRQuestionEncoder Deberta DebertaV2 Dia DistilBert Electra ErnieM Esm
    FNet FSMT Flaubert Funnel GPT2 GPTNeoX GPTNeoXJapanese GPTSanJapanese GPTSw3 Gemma Herbert
    Jukebox LED LayoutLM LayoutLMv2 LayoutLMv3 LayoutXLM Llama Longformer Luke Lxmert M2M100 MBart
    MBart50 MLuke MPNet MT5 Marian Mgpstr MobileBert Mvp MyT5 Nllb OpenAIGPT PLBart ParakeetCTC
    Pegasus Perceiver Phobert PreTrained ProphetNet Qwen2 Rag Realm Reformer RemBert RetriBert
    RoCBert RoFormer Roberta SeamlessM4T Siglip Speech2Text Speech2Text2 SpeechT5 Splinter
    SqueezeBert T5 Tapas Tapex TransfoXL Udop Vits Wav2Vec2CTC Wav2Vec2PhonemeCTC Whisper XGLM XLM
    XLMProphetNet XLMRoberta XLNet
    """)

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  /// Lines of a class and the types that have it.
  private static func byType(_ lines: String) -> [String: String] {
    var classes: [String: String] = [:]
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      for type in words.dropFirst() { classes[type] = words[0] }
    }
    return classes
  }
}
