//! Countries by two letters, as certificates name them, and by three, as travel documents and WHO's lists do.

/// The code of three letters (ISO 3166-1, ICAO 9303 part 3 §5) for one of two.
pub(super) fn of_three(two: &str) -> Option<&'static str> {
    all()
        .find(|(known, _)| *known == two)
        .map(|(_, three)| three)
}

/// The code of two letters for one of three.
pub(super) fn of_two(three: &str) -> Option<&'static str> {
    all().find(|(_, known)| *known == three).map(|(two, _)| two)
}

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let others = OTHERS.split_ascii_whitespace();

    ISO_3166
        .split_ascii_whitespace()
        .chain(others)
        .filter_map(|pair| pair.split_at_checked(2))
}

/// ISO 3166-1: two letters and three.
const ISO_3166: &str = "\
ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE \
BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS \
BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN \
COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST \
EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF \
GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD \
HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM \
JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA \
LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD \
MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM \
NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG \
PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA \
SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD \
STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON \
TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR \
VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE";
/// Issuers of travel documents that are no country of ISO 3166-1: Kosovo, the European Union, the United Nations, and
/// Utopia, which ICAO's examples are of.
const OTHERS: &str = "KSRKS EUEUE UNUNO UTUTO";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_has_one_code_of_either_length() {
        let twos: BTreeSet<_> = all().map(|(two, _)| two).collect();
        let threes: BTreeSet<_> = all().map(|(_, three)| three).collect();
        assert_eq!((all().count(), twos.len(), threes.len()), (253, 253, 253));
        assert!(threes.iter().all(|three| three.len() == 3));
    }

    #[test]
    fn codes_lead_to_each_other() {
        for (two, three) in [("AU", "AUS"), ("JP", "JPN"), ("DE", "DEU"), ("UT", "UTO")] {
            assert_eq!((of_three(two), of_two(three)), (Some(three), Some(two)));
        }
        assert_eq!((of_three("XX"), of_two("XXA")), (None, None));
    }
}
