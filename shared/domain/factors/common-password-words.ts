/**
 * Data of PWD-2: words that people choose first, in lower case, without the digits and symbols behind them
 * (common-passwords.ts removes those). Written for this system from general knowledge: habits of people in mainland
 * China first, then international ones, then names.
 */
const chineseHabits = `
woaini woaiwo woaiwojia woaita woaimama woaibaba woaizhongguo woaibeijing aini ainiyiwannian ainizhuni nihao nihaoma
woshi woshini woshishui woshizhu wobuzhidao wangji wangjimima wangjile mima mimashi mimamima wodemima shishi suibian
haha hahaha heihei hehe hehehe xixi xixixi lala lalala baobao baobei baby qinaide laogong laopo laogonglaopo laoda
laoshi xuesheng tongxue pengyou haoren huairen shabi nima caonima wocao zhutou xiaozhu xiaogou xiaomao xiaohu
xiaolong xiaoxiao xiaoming xiaohong xiaoli xiaowang xiaozhang xiaoyu xiaobai xiaohei xiaofei xiaojie xiaoqiang
zhongguo zhonghua zhongguoren zhongguoqidian beijing shanghai guangzhou shenzhen tianjin chongqing wuhan nanjing
hangzhou chengdu xian qingdao dalian xiamen suzhou changsha jinan zhengzhou ningbo wuxi fuzhou hongkong taiwan aomen
kaixin kuaile xingfu pingan jiankang fendou jiayou shengli chenggong gongxi facai gongxifacai zhaocaijinbao
nianniankuaile shengrikuaile xinniankuaile yishengpingan wanshiruyi xiangnian wangfei tiancai tiantian yongyuan
yongheng aiqing mengxiang ziyou meili tianshi tiantang tianya tianlong feilong qinglong jinlong longlong huanghe
changjiang changcheng hongqi dongfang dongfanghong renmin jiefang guanli guanliyuan yonghu denglu zhuce ceshi
ceshiyonghu kehu gongsi caiwu kuaiji kuaijishi chuna bangong bangongshi shuiwu shuiwuju dianzishuiwu fapiao baoshui
nashui nashuiren geshui gerensuodeshui qiye yinhang qianbao taobao alipay zhifubao weixin wechat tencent tengxun
baidu xinlang sina sohu souhu wangyi netease renren kaixinwang tianyawang csdn huawei xiaomi lenovo lianxiang jingdong
aliyun alibaba dingding douyin kuaishou bilibili qqqq qqmima qqhao qqcom qq qqq wx wo ni ta zz aa aaa ab abc abcd abcde
aabb aabbcc aaabbb ababab abab abcabc abcdef abcdefg abcdefgh aabbccdd abcdabcd xx xxx yy yyy zzz ww www wwww cc ccc
dd ddd ll lll ss sss mm mmm nn nnn pp ppp hh hhh jj jjj kk kkk bb bbb ee ff gg ii oo rr tt tt uu vv
as asd asdf zxc zxcv qwe qwer qaz qazwsx wsx rfv a b c d e f g h i j k l m n o p q r s t u v w x y z
`;

const international = `
password passwd passwort passord password passwords passw passwor passwordpassword mypassword yourpassword newpassword
oldpassword thepassword nopassword changeme changethis changepassword changeit letmein letmeinplease letmeinnow openup
opensesame sesame secret topsecret mysecret secrets private access accessdenied login loginlogin logon signin signup
welcome welcomehome welcomeback hello hellohello helloworld hellothere hi hey goodbye goodluck goodday goodmorning
admin admins administrator administrador adminadmin adminroot root rootroot toor user username users userpass guest
guests test tests testing tester testtest testpass testuser demo demos default defaults system sysadmin sysop super
superuser supervisor superadmin superman manager master masters mastermaster operator support service services server
database oracle mysql postgres mongodb redis tomcat apache nginx linux ubuntu debian redhat centos windows microsoft
apple macintosh google facebook twitter youtube instagram yahoo gmail hotmail outlook amazon adobe photoshop cisco
juniper dell lenovo samsung nokia motorola sony toshiba panasonic philips siemens intel nvidia internet network
computer laptop keyboard mouse monitor printer software hardware developer develop production staging security secure
backup temp temporary temptemp pass pass word passpass passphrase passcode pincode code codes unlock enter entrance
office company business work worker working money moneymoney cash dollar dollars bank banking finance account
accounts accounting tax taxes taxpayer invoice public private personal family home house homehome
iloveyou iloveu iloveme iloveyouu iloveyoubaby iloveit ilovegod ilovejesus ilovechina ihateyou imissyou loveyou
loveme lovelove love lover lovers loverboy lovergirl lovely loving mylove mylover mybaby mylife myself mygirl
foreverlove truelove sweetlove baby babygirl babyboy babybaby sweet sweetie sweetheart sweety honey honeybee angel
angels darling princess prince queen king kings kingdom queenbee beautiful beauty gorgeous pretty handsome sexy
sunshine sunny sunset sunrise sunflower moonlight moon moonstar starlight star stars starwars startrek stargate
rainbow rain rainy snow snowman snowball snowflake summer summertime winter spring autumn fall january february
march april may june july august september october november december monday tuesday wednesday thursday friday saturday
sunday weekend morning night midnight today tomorrow yesterday forever always never nothing something everything
whatever whatsup whocares whoknows because believe belief faith hope dream dreams dreamer peace freedom liberty
justice truth honest honor power powerful energy happy happiness happyday smile smiles smiley laugh laughing
lucky luckyme lucky charm chance fortune success victory winner winning champion champions champ legend legends
warrior warriors fighter soldier captain colonel general major sergeant ranger rangers hunter hunters shooter sniper
killer killers assassin ninja ninjas samurai shadow shadows phantom ghost ghosts spirit demon devil satan hell
heaven jesus jesuschrist christ christian god godisgood godbless blessed blessing bible church angelic holy
dragon dragons dragonball dragonfly dragon fire tiger tigers tigger lion lions lioness wolf wolves wolfpack bear
bears teddy teddybear panda pandas monkey monkeys gorilla elephant horse horses mustang pony donkey cow bull bulls
bulldog bulldogs dog dogs doggy doggie doglover puppy puppies cat cats catdog catlover kitty kittycat kitten kittens
hellokitty rabbit bunny mouse mickey mickeymouse minnie donald donaldduck goofy pluto snoopy garfield scooby scoobydoo
pokemon pikachu charizard naruto sasuke sakura onepiece luffy doraemon totoro bleach goku vegeta simpsons simpson
homer bart spongebob batman batman robin joker superman spiderman ironman hulk avengers wolverine captainamerica
deadpool marvel transformers optimus terminator matrix gandalf frodo hobbit hogwarts harrypotter potter hermione
dumbledore skywalker darthvader vader yoda jedi starwars chewbacca chewie trinity neo morpheus merlin excalibur
arthur camelot zelda mario supermario luigi sonic nintendo playstation xbox gameboy gamer games game gaming minecraft
fortnite roblox warcraft starcraft diablo counterstrike counter strike halflife halo doom quake callofduty
leagueoflegends dota dotadota valorant overwatch genshin wangzherongyao lol cfcf dnf dnfdnf
football soccer baseball basketball volleyball tennis hockey golf golfer cricket rugby boxing wrestling running
runner swimming swimmer skating skater snowboard skateboard surfing surfer cycling bicycle fishing fisherman hunting
liverpool chelsea arsenal manchester manutd manchesterunited barcelona realmadrid juventus milan inter bayern
yankees redsox lakers bulls cowboys steelers packers eagles giants patriots raiders broncos dolphins jordan
michaeljordan kobe kobebryant lebron curry iverson yaoming ronaldo cristiano messi lionelmessi beckham rooney neymar
ferrari porsche lamborghini mercedes benz bmw audi toyota honda nissan mazda subaru suzuki yamaha kawasaki harley
ducati corvette camaro chevy chevrolet ford fordf mustang dodge jeep cadillac lexus volvo volkswagen tesla
america american usa england london paris france germany berlin italy roma russia moscow spain madrid japan tokyo
korea seoul india mumbai brazil mexico canada toronto australia sydney newyork california texas florida chicago
boston dallas houston denver phoenix austin detroit hawaii africa asia europe china chinese
red green blue black white yellow orange purple pink silver gold golden brown gray grey violet indigo crimson scarlet
blackcat blackjack blackhawk blackbird blackrose blackstar bluebird bluesky bluemoon redrose redbull redhead
greenday greentea whitewolf whitetiger goldfish goldeneye goldstar pinkfloyd purplehaze silverado
diamond diamonds pearl ruby sapphire emerald jade amber crystal platinum titanium
flower flowers rose roses lily daisy jasmine violet tulip orchid sunflower lotus cherry cherries blossom
apple apples banana bananas orange lemon lemons peach peaches mango grape strawberry blueberry blackberry raspberry
cookie cookies cupcake chocolate chocolate candy candyman sugar honey butter butterfly cheese cheesecake pizza
burger chicken bacon pepper ginger coffee mocha cocacola coca cola pepsi vodka whiskey beer heineken budweiser guinness
music musica rock rockstar rocknroll rockyou rocky metal metallica heavymetal slipknot linkinpark greenday nirvana
eminem tupac beatles blink rolling queen madonna britney shakira beyonce rihanna ladygaga justinbieber bieber
taylorswift jaychou zhoujielun jay jayzhou guitar guitars piano drums drummer bass violin singer dancer dancing dance
ballet cheer cheerleader
mother mom mommy mommys mama mamapapa mum mummy father dad daddy daddysgirl papa brother sister sisters brothers son
daughter grandma grandpa uncle auntie wife husband girl girls boy boys girlfriend boyfriend friend friends bestfriend
bestfriends friendship buddy buddies guys lady ladies woman women man men people person
school student students teacher college university doctor nurse lawyer police fireman firefighter army navy marine
marines airforce pilot driver trucker engineer student hacker hackers cracker coder geek nerd
cool coolman coolcool coolguy awesome amazing fantastic perfect excellent wonderful great greatest best thebest better
good nice fine okay super supercool crazy crazyman stupid idiot loser lazy funny bigdog bigboy bigman bigdaddy
fuck fucker fuckyou fuckoff fuckme fuckthis fucking motherfucker shit bullshit asshole bitch bitches bastard pussy
dick penis boobs sexsex porn pornstar sexygirl sexyboy hottie hotgirl hotstuff playboy
trustno trustme trustnoone blink nobody somebody everyone anything onelove oneday onetwo onetwothree onetwothreefour
three four five seven eight nine ten million thousand number numbers alpha beta gamma delta omega sigma zero
phoenix falcon eagle hawk raven crow sparrow swallow swan penguin dolphin shark whale turtle snake viper cobra
spider scorpion butterfly bumblebee hornet beetle lizard dinosaur unicorn pegasus griffin vampire werewolf zombie
mountain river ocean beach island forest garden desert storm thunder lightning hurricane tornado volcano
galaxy universe cosmos planet earth mercury venus mars jupiter saturn uranus neptune pluto apollo zeus athena
hercules poseidon hades odin thor loki
buster bailey max maxwell charlie lucky shadow smokey rusty sparky sammy molly maggie daisy bella lola lucy sophie
sadie chloe coco princess ginger pepper oreo peanut pumpkin muffin precious tinkerbell cinderella ariel aurora jasmine
rapunzel elsa anna frozen simba nala bambi dumbo nemo dory shrek fiona
`;

const givenNames = `
aaron abby abigail adam adrian adriana alan albert alejandra alejandro alex alexa alexander alexandra alexis alfred
alice alicia allison alyssa amanda amber amelia amy ana andrea andreas andrei andrew andrey andy angela angelica
angelina angelo angie anita anna annie anthony antonio april ariana arthur ashley ashton audrey austin
barbara becky benjamin bernard beth betty beverly bill billy bobby brad bradley brandon brandy brenda brian brianna
brittany bruce bryan caitlin cameron camila carl carla carlos carmen carol carolina caroline cassandra cassie
catherine cecilia charles charlotte chelsea cheryl chris christian christina christine christopher cindy claire
clara claudia colin connor courtney craig crystal cynthia daniel daniela danielle danny darren dave david dean debbie
deborah denise dennis derek destiny diana diane diego dominic donna doris dorothy douglas dylan eddie eduardo edward
elena elizabeth ellen emily emma eric erica erik erin ethan eugene evelyn felipe felix fernando francesca francis
francisco frank franklin fred freddie frederick gabriel gabriela gabriella gary george gerald gerard gilbert gloria
gordon grace graham greg gregory hannah harold harry heather hector heidi helen henry howard hugo ian igor irene iris
isaac isabel isabella ivan jack jackie jackson jacob jacqueline jake james jamie jane janet janice jared jasmin jason
jean jeff jeffrey jennifer jenny jeremy jerome jerry jesse jessica jessie jill jim jimmy joan joanna joe joel johan
john johnny johnson jonathan jorge jose joseph joshua juan judith judy julia julian juliana julie june justin
karen karina karl kate katherine kathleen kathryn kathy katie kayla keith kelly kelsey ken kenneth kenny kevin kim
kimberly kristen kristin kristina kyle larry laura lauren laurence lawrence leah leo leon leonard leonardo leslie lewis
liam linda lisa logan lorenzo louis louise lucas lucia luis luke lynn madison manuel marc marcel marco marcos marcus
margaret maria mariana marie marina mario marion mark marlon marsha martha martin martina mary mason mateo matt
matthew maurice max megan melanie melissa mercedes mia micah michael michele michelle miguel mike mikhail miranda
mitchell mohammed mohamed molly monica morgan nancy natalia natalie natasha nathan nathaniel neil nicholas nick nicole
nicolas nikita nina noah noel nora norman olga oliver olivia omar oscar owen pablo pamela patricia patrick paul paula
pauline pedro peter philip phillip phyllis rachel ralph ramon randy raul ray raymond rebecca regina renee ricardo
richard rick ricky riley robert roberta roberto rodney rodrigo roger roland ronald ronnie rosa rosemary ross roy
russell ruth ryan sabrina sally sam samantha samuel sandra sandy santiago sara sarah scott sean sebastian sergey sergio
shannon sharon shaun shawn sheila shelby shirley sierra silvia simon simone sophia sophie stacey stacy stanley stella
stephanie stephen steve steven stewart stuart sue susan suzanne sydney sylvia tamara tania tanya tara taylor teresa
terry theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tracy travis trevor tyler valentina
valeria valerie vanessa vera veronica victor victoria vincent violet virginia vivian vladimir walter wanda wayne wendy
wesley william willie yolanda yvonne zachary zoe
`;

/** Surnames × given names in pinyin: names that very many people have. */
export const pinyinSurnames =
  `wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang
deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao`.split(
    /\s+/,
  );
export const pinyinGivenNames =
  `wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xia ping gang hao bo hui peng kai
xin long dan ting bin feng hong jian hua liang dong lin ning rui xue yu yun ying xiuying guiying jianguo jianhua
xiaoming xiaohong zihan haoran yuxuan`.split(/\s+/);

/**
 * Rows and diagonals of the keyboard and other sequences that people type without thinking; walks along them are
 * derived.
 */
export const keyboardRows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'q1w2e3r4t5y6u7i8o9p0',
  '1q2w3e4r5t6y7u8i9o0p',
  'qweasdzxc',
  'qweasdzxcrtyfghvbn',
  '123qweasdzxc',
  'qwe123asd456zxc789',
  'a1b2c3d4e5f6g7h8i9',
  '1a2b3c4d5e6f7g8h9i',
  'a1s2d3f4g5h6j7k8l9',
  'z1x2c3v4b5n6m7',
  'zaqxswcdevfrbgtnhymju',
  'zaq1xsw2cde3vfr4bgt5nhy6mju7',
  '147258369',
  '159357',
  '963852741',
  '789456123',
  '741852963',
  '1472583690',
  '123654789',
  '147896325',
  '1qazxsw23edcvfr4',
  'poiuytrewq',
  'mnbvcxz',
] as const;

/** Numbers that are words or dates everybody knows. */
export const meaningfulNumbers =
  `520 521 1314 5201314 5211314 7758521 7758258 1314520 1314521 584520 5845201314 5211 9420 530 555 666 888 999 168 518
588 668 688 886 10086 10010 12366 12306 110 119 120 12345 112233 11223344 1122334455 332211 121212 12121212 123123
123123123 321321 123321 1234321 12344321 123454321 456456 789789 147147 258258 369369 159159 159753 357159 753951 135790
13579 1357924680 24680 2468 246810 102030 10203040 100200 101010 010101 007 007007 911 1001 1024 2048 4096 3141592 314159
31415926 271828 654321 87654321 987654321 9876543210 0987654321 123456789 1234567890 12345678 1234567 123456 1234 123
520520 521521 131420 201314 19491001 20080808 20080512`.split(/\s+/);

export const commonWords = `${chineseHabits} ${international} ${givenNames}`.split(/\s+/).filter(Boolean);
