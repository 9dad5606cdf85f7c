<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Attract</name>
    <message>
        <source>Touch to start</source>
        <translation>触摸屏幕开始购票</translation>
    </message>
    <message>
        <source>Touch
to start</source>
        <translation>触摸屏幕
开始购票</translation>
    </message>
    <message>
        <source>Buy your coach ticket here</source>
        <translation>自助购买汽车票</translation>
    </message>
    <message>
        <source>Next departures</source>
        <translation>即将发车</translation>
    </message>
    <message>
        <source>Departs</source>
        <translation>发车</translation>
    </message>
    <message>
        <source>To</source>
        <translation>目的地</translation>
    </message>
    <message>
        <source>Gate</source>
        <translation>检票口</translation>
    </message>
    <message>
        <source>Seats left</source>
        <translation>余票</translation>
    </message>
    <message>
        <source>Fare</source>
        <translation>票价</translation>
    </message>
    <message>
        <source>No coach is on sale here at the moment. Please ask at the ticket window.</source>
        <translation>目前没有可售班次，请到售票窗口咨询。</translation>
    </message>
    <message>
        <source>Waiting for a ticket from before the restart? Touch here.</source>
        <translation>重启前已付款、未取到车票？请点这里</translation>
    </message>
</context>
<context>
    <name>Bills</name>
    <message>
        <source>%1 goes in</source>
        <translation>%1 可以放入</translation>
    </message>
    <message>
        <source>%1 does not go in now</source>
        <translation>%1 现在不能放入</translation>
    </message>
</context>
<context>
    <name>BottomBand</name>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Large text</source>
        <translation>大字</translation>
    </message>
    <message>
        <source>Small text</source>
        <translation>标准字</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Low reach</source>
        <translation>低位操作</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>语音</translation>
    </message>
    <message>
        <source>Louder</source>
        <translation>大声</translation>
    </message>
    <message>
        <source>Speech off</source>
        <translation>关闭语音</translation>
    </message>
    <message>
        <source>Staff called</source>
        <translation>已呼叫</translation>
    </message>
    <message>
        <source>Call staff</source>
        <translation>呼叫人工</translation>
    </message>
</context>
<context>
    <name>Code</name>
    <message>
        <source>The code of your ticket</source>
        <translation>您的车票二维码</translation>
    </message>
</context>
<context>
    <name>Done</name>
    <message>
        <source>Please take your tickets</source>
        <translation>请取走全部车票</translation>
    </message>
    <message>
        <source>Please take your ticket</source>
        <translation>请取走车票</translation>
    </message>
    <message>
        <source>Gate</source>
        <translation>检票口</translation>
    </message>
    <message>
        <source>Bay</source>
        <translation>发车位</translation>
    </message>
    <message>
        <source>Seat</source>
        <translation>座位</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>不对号</translation>
    </message>
    <message>
        <source>Departs %1, %2.</source>
        <translation>%1 发车，%2。</translation>
    </message>
    <message>
        <source>Departs %1.</source>
        <translation>%1 发车。</translation>
    </message>
    <message>
        <source>Check-in closes %1.</source>
        <translation>%1 停止检票。</translation>
    </message>
    <message>
        <source>Keep your ticket and ID ready for the gate.</source>
        <translation>请拿好车票和身份证件，检票时出示。</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>GiveUp</name>
    <message>
        <source>Please wait: your slip is being printed</source>
        <translation>正在打印凭条，请稍候</translation>
    </message>
    <message>
        <source>Stop buying?</source>
        <translation>要停止购票吗？</translation>
    </message>
    <message>
        <source>Your money in the machine</source>
        <translation>本机已收</translation>
    </message>
    <message>
        <source>The machine cannot give notes back. You will get a slip with a number: take it to the ticket window and you are paid back in full.</source>
        <translation>本机不能退还纸币。将为您打印退款凭条，请持凭条到售票窗口全额退款。</translation>
    </message>
    <message>
        <source>Stop, and give me the slip</source>
        <translation>停止购票，打印凭条</translation>
    </message>
    <message>
        <source>Go on paying</source>
        <translation>继续付款</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Erase the last character</source>
        <translation>删除最后一个字符</translation>
    </message>
</context>
<context>
    <name>Languages</name>
    <message>
        <source>Up</source>
        <translation>向上</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>向下</translation>
    </message>
</context>
<context>
    <name>Names</name>
    <message>
        <source>Child</source>
        <translation>儿童票</translation>
    </message>
    <message>
        <source>Concession</source>
        <translation>优待票</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>免费票</translation>
    </message>
    <message>
        <source>Adult</source>
        <translation>全票</translation>
    </message>
    <message>
        <source>Chinese resident ID card</source>
        <translation>居民身份证</translation>
    </message>
    <message>
        <source>Residence permit (Hong Kong, Macao, Taiwan)</source>
        <translation>港澳台居民居住证</translation>
    </message>
    <message>
        <source>Foreign permanent resident card</source>
        <translation>外国人永久居留身份证</translation>
    </message>
    <message>
        <source>Mainland travel permit (Hong Kong, Macao)</source>
        <translation>港澳居民来往内地通行证</translation>
    </message>
    <message>
        <source>Mainland travel permit (Taiwan)</source>
        <translation>台湾居民来往大陆通行证</translation>
    </message>
    <message>
        <source>That coach is no longer on sale. Choose another.</source>
        <translation>该班次已停止售票，请选择其他班次。</translation>
    </message>
    <message>
        <source>Seats given back, no money taken. Choose again.</source>
        <translation>座位已释放，没有收取任何款项，请重新选择。</translation>
    </message>
    <message>
        <source>The order is full. Pay for these travellers first.</source>
        <translation>本单人数已满，请先为这几位付款。</translation>
    </message>
    <message>
        <source>Passport</source>
        <translation>护照</translation>
    </message>
    <message>
        <source>English</source>
        <extracomment>The name of the language of this translation, in its own script.</extracomment>
        <translation>中文</translation>
    </message>
    <message>
        <source>6 to 14 years, or 1.2 to 1.5 m</source>
        <translation>6 至 14 周岁，或身高 1.2 至 1.5 米</translation>
    </message>
    <message>
        <source>Disabled veterans and police</source>
        <translation>残疾军人、伤残人民警察</translation>
    </message>
    <message>
        <source>Full fare</source>
        <translation>成人</translation>
    </message>
    <message>
        <source>Leaving now</source>
        <translation>即将发车</translation>
    </message>
    <message>
        <source>in %1 min</source>
        <translation>还有 %1 分钟</translation>
    </message>
</context>
<context>
    <name>NotPrinted</name>
    <message>
        <source>Did your ticket come out?</source>
        <translation>车票打印出来了吗？</translation>
    </message>
    <message>
        <source>Paid, but the ticket did not print</source>
        <translation>已付款，车票未打印</translation>
    </message>
    <message>
        <source>Your ticket is paid and valid. If no paper came out, print a copy, or take a picture of this code: it is good at the gate too.</source>
        <translation>车票已付款，可正常使用。如未出票，请补打一张，或拍下此二维码，检票时出示。</translation>
    </message>
    <message>
        <source>Your money is safe and your seat is yours. Show a picture of this code at the gate, or ask staff to load paper, then print again.</source>
        <translation>票款已收，座位已保留。请拍下此二维码，检票时出示；或请工作人员装纸后重新打印。</translation>
    </message>
    <message>
        <source>I have a picture of it</source>
        <translation>我已拍下二维码</translation>
    </message>
    <message>
        <source>No: print a copy</source>
        <translation>没有，补打一张</translation>
    </message>
    <message>
        <source>Print again</source>
        <translation>重新打印</translation>
    </message>
    <message>
        <source>Yes, I have it</source>
        <translation>是的，已取到</translation>
    </message>
</context>
<context>
    <name>OutOfService</name>
    <message>
        <source>No tickets are sold here now</source>
        <translation>本机暂停售票</translation>
    </message>
    <message>
        <source>Use another machine or the ticket window.</source>
        <translation>请到其他自助机或售票窗口。</translation>
    </message>
</context>
<context>
    <name>Pay</name>
    <message>
        <source>Please check and pay</source>
        <translation>请确认并付款</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>Notes that the machine takes</source>
        <translation>本机可接收的纸币</translation>
    </message>
    <message>
        <source>Exact amount in notes, please: no change.</source>
        <translation>本机不找零，请准备正好金额的纸币。</translation>
    </message>
    <message>
        <source>Pay in cash</source>
        <translation>现金付款</translation>
    </message>
    <message>
        <source>Keeping your seats</source>
        <translation>正在为您留座</translation>
    </message>
</context>
<context>
    <name>Printing</name>
    <message>
        <source>Printing ticket %1 of %2</source>
        <translation>正在打印第 %1 张，共 %2 张</translation>
    </message>
    <message>
        <source>Printing your ticket</source>
        <translation>正在打印车票</translation>
    </message>
    <message>
        <source>Paid: %1</source>
        <translation>已付款 %1</translation>
    </message>
    <message>
        <source>The ticket comes out of the slot below the screen. Please wait until it has stopped moving.</source>
        <translation>车票将从屏幕下方的出票口送出，请等出票停止后再取。</translation>
    </message>
</context>
<context>
    <name>PuttingIn</name>
    <message>
        <source>Please wait a moment</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>Put in the notes one by one</source>
        <translation>请逐张放入纸币</translation>
    </message>
    <message>
        <source>Still to pay</source>
        <translation>还需支付</translation>
    </message>
    <message>
        <source>Paid so far</source>
        <translation>已付</translation>
    </message>
    <message>
        <source>Paid %1 of %2</source>
        <translation>已付 %1，共 %2</translation>
    </message>
    <message>
        <source>The machine takes these notes now</source>
        <translation>现在可以放入的纸币</translation>
    </message>
    <message>
        <source>No change: the machine never takes more than is still to pay.</source>
        <translation>本机不找零，不收超过应付金额的纸币。</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Destination: %1</source>
        <translation>目的地：%1</translation>
    </message>
    <message>
        <source>To</source>
        <translation>目的地</translation>
    </message>
    <message>
        <source>Departure: %1</source>
        <translation>发车时间：%1</translation>
    </message>
    <message>
        <source>Gate %1</source>
        <translation>检票口 %1</translation>
    </message>
    <message>
        <source>Travellers: %1</source>
        <translation>乘车人 %1 位</translation>
    </message>
</context>
<context>
    <name>Recovered</name>
    <message>
        <source>The machine restarted. Is this your money?</source>
        <translation>本机刚刚重启，这是您的钱吗？</translation>
    </message>
    <message>
        <source>The machine restarted. Is this your ticket?</source>
        <translation>本机刚刚重启，这是您的车票吗？</translation>
    </message>
    <message>
        <source>It is paid and is being printed now. Please wait for it.</source>
        <translation>车票已付款，正在打印，请稍候。</translation>
    </message>
    <message>
        <source>It is paid and valid, but nobody knows whether it was printed. If you do not have it, print a copy.</source>
        <translation>车票已付款，可正常使用，但无法确认是否已打印。如未取到，请补打一张。</translation>
    </message>
    <message>
        <source>It is paid and valid, but it was not printed yet.</source>
        <translation>车票已付款，可正常使用，但还没有打印。</translation>
    </message>
    <message>
        <source>It is paid and was printed. Please take it from the slot below the screen.</source>
        <translation>车票已付款并已打印，请从屏幕下方的出票口取走。</translation>
    </message>
    <message>
        <source>To be paid back</source>
        <translation>应退金额</translation>
    </message>
    <message>
        <source>Slip number</source>
        <translation>凭条号</translation>
    </message>
    <message>
        <source>Take the slip to the ticket window to be paid back.</source>
        <translation>请持凭条到售票窗口退款。</translation>
    </message>
    <message>
        <source>No slip came out: take the number to the ticket window.</source>
        <translation>凭条未打印，请记下凭条号，到售票窗口退款。</translation>
    </message>
    <message>
        <source>It is not mine</source>
        <translation>不是我的</translation>
    </message>
    <message>
        <source>It is mine, I have the number</source>
        <translation>是我的，已记下凭条号</translation>
    </message>
    <message>
        <source>I have it</source>
        <translation>我已取到</translation>
    </message>
    <message>
        <source>It is mine: print a copy</source>
        <translation>是我的，补打一张</translation>
    </message>
    <message>
        <source>It is mine: print it</source>
        <translation>是我的，打印车票</translation>
    </message>
</context>
<context>
    <name>RiderTicket</name>
    <message>
        <source>Which ticket for %1?</source>
        <translation>%1 买哪种票？</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>With a child, free, no seat</source>
        <translation>携带一名免费儿童，不占座</translation>
    </message>
    <message>
        <source>Up to 6 years or 1.2 m</source>
        <translation>6 周岁以下或身高 1.2 米以下</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>Spoken</name>
    <message>
        <source>You can touch: %1</source>
        <translation>可以触摸：%1</translation>
    </message>
    <message>
        <source>not available now</source>
        <translation>现在不可用</translation>
    </message>
    <message>
        <source>switched on</source>
        <translation>已打开</translation>
    </message>
    <message>
        <source>personal</source>
        <translation>个人信息</translation>
    </message>
    <message>
        <source>Plug in headphones to hear what is personal.</source>
        <translation>插上耳机可听个人信息。</translation>
    </message>
</context>
<context>
    <name>StillThere</name>
    <message>
        <source>Are you still there?</source>
        <translation>您还在吗？</translation>
    </message>
    <message>
        <source>In %1 seconds the purchase ends and a slip for your money is printed.</source>
        <translation>%1 秒后将结束购票并打印退款凭条。</translation>
    </message>
    <message>
        <source>In %1 seconds what you have entered is wiped.</source>
        <translation>%1 秒后将清除您输入的内容。</translation>
    </message>
    <message>
        <source>Yes, continue</source>
        <translation>还在，继续</translation>
    </message>
</context>
<context>
    <name>TopBand</name>
    <message>
        <source>Offline sale</source>
        <translation>离线售票</translation>
    </message>
    <message>
        <source>Cash only</source>
        <translation>仅收现金</translation>
    </message>
    <message>
        <source>No payment now</source>
        <translation>暂不能付款</translation>
    </message>
</context>
<context>
    <name>Trouble</name>
    <message>
        <source>Your money is safe</source>
        <translation>您的款项已登记</translation>
    </message>
    <message>
        <source>Please choose again</source>
        <translation>请重新选择</translation>
    </message>
    <message>
        <source>No tickets are sold here now</source>
        <translation>本机暂停售票</translation>
    </message>
    <message>
        <source>To be paid back</source>
        <translation>应退金额</translation>
    </message>
    <message>
        <source>Slip number</source>
        <translation>凭条号</translation>
    </message>
    <message>
        <source>Take the slip to the ticket window to be paid back.</source>
        <translation>请持凭条到售票窗口退款。</translation>
    </message>
    <message>
        <source>No slip came out: take the number to the ticket window.</source>
        <translation>凭条未打印，请记下凭条号，到售票窗口退款。</translation>
    </message>
    <message>
        <source>Choose again</source>
        <translation>重新选择</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>I have the slip</source>
        <translation>我已取走凭条</translation>
    </message>
    <message>
        <source>I have the number</source>
        <translation>我已记下凭条号</translation>
    </message>
</context>
<context>
    <name>Typing</name>
    <message>
        <source>Which document?</source>
        <translation>请选择证件</translation>
    </message>
    <message>
        <source>The name in the document</source>
        <translation>证件上的姓名</translation>
    </message>
    <message>
        <source>Please check the number: it cannot be right.</source>
        <translation>号码有误，请核对后重新输入。</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>In Latin letters (pinyin)</source>
        <translation>请输入拼音或英文字母</translation>
    </message>
    <message>
        <source>18 digits, the last may be X</source>
        <translation>18 位，最后一位可能是 X</translation>
    </message>
    <message>
        <source>Letters and digits as printed</source>
        <translation>请按证件输入字母和数字</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
<context>
    <name>WhereTo</name>
    <message>
        <source>Spell the destination</source>
        <translation>按拼音查找目的地</translation>
    </message>
    <message>
        <source>Where to?</source>
        <translation>您要去哪里？</translation>
    </message>
    <message>
        <source>Another destination: find it by its first letters</source>
        <translation>没有找到？按拼音首字母查找</translation>
    </message>
    <message>
        <source>First letters of the name in pinyin, such as HZ</source>
        <translation>请输入拼音首字母，例如 HZ</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>%1 %2, from %3</source>
        <translation>%1 %2 · %3起</translation>
    </message>
    <message>
        <source>%1, from %2</source>
        <translation>%1 · %2起</translation>
    </message>
    <message>
        <source>%1, next coach %2, from %3</source>
        <translation>%1，下一班 %2，票价 %3 起</translation>
    </message>
    <message>
        <source>%1, no coach on sale</source>
        <translation>%1，暂无班次</translation>
    </message>
    <message>
        <source>No coach on sale</source>
        <translation>暂无班次</translation>
    </message>
</context>
<context>
    <name>WhichDeparture</name>
    <message>
        <source>Which coach to %1?</source>
        <translation>选择去%1的班次</translation>
    </message>
    <message>
        <source>No coach to this place is on sale here any more today. Touch Back to choose another destination, or ask at the ticket window.</source>
        <translation>今天已没有开往这里的可售班次。请点“返回”选择其他目的地，或到售票窗口咨询。</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>更晚</translation>
    </message>
    <message>
        <source>Gate %1, %2 seats left</source>
        <translation>检票口 %1，余 %2 座</translation>
    </message>
    <message>
        <source>%1 to %2, gate %3, %4 seats left, %5</source>
        <translation>%1 开往%2，%3 号检票口，余票 %4 张，%5</translation>
    </message>
</context>
<context>
    <name>Who</name>
    <message>
        <source>Who is travelling?</source>
        <translation>请添加乘车人</translation>
    </message>
    <message>
        <source>Anyone else?</source>
        <translation>还有其他乘车人吗？</translation>
    </message>
    <message>
        <source>Place the ID card on the reader</source>
        <translation>请将身份证放在读卡区</translation>
    </message>
    <message>
        <source>Place the next ID card on the reader</source>
        <translation>可继续放下一位的身份证</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>Change the ticket of %1</source>
        <translation>更改%1的车票</translation>
    </message>
    <message>
        <source>%1 + child %2</source>
        <translation>%1 · 携童 %2</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>No card: type the number</source>
        <translation>没带身份证，手动输入</translation>
    </message>
    <message>
        <source>Pay %1</source>
        <translation>付款 %1</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>付款</translation>
    </message>
</context>
</TS>
