<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Agree</name>
    <message>
        <source>Change your ticket for this coach?</source>
        <translation>改签到这个班次吗？</translation>
    </message>
    <message>
        <source>New fare</source>
        <translation>新票价</translation>
    </message>
    <message>
        <source>Your ticket is worth</source>
        <translation>原票可抵</translation>
    </message>
    <message>
        <source>Comes back to you</source>
        <translation>退还给您</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>Your old ticket ends only when the new one is yours.</source>
        <translation>新票办好之后，原票才会失效。</translation>
    </message>
    <message>
        <source>Seat %1: change</source>
        <translation>座位 %1，更换</translation>
    </message>
    <message>
        <source>Seat: any. Choose</source>
        <translation>座位不限，点此选座</translation>
    </message>
    <message>
        <source>Yes, change it</source>
        <translation>确认改签</translation>
    </message>
</context>
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
    <name>Called</name>
    <message>
        <source>Staff have been called to this machine</source>
        <translation>已呼叫工作人员</translation>
    </message>
    <message>
        <source>Please wait here. Nothing is lost: you can go on where you were at any time.</source>
        <translation>请在此稍候。已办的不会丢失，您随时可以继续。</translation>
    </message>
    <message>
        <source>I need nobody any more</source>
        <translation>不用来了</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>CannotDo</name>
    <message>
        <source>That cannot be done here now</source>
        <translation>现在不能在这里办理</translation>
    </message>
    <message>
        <source>Another of my tickets</source>
        <translation>我的另一张车票</translation>
    </message>
    <message>
        <source>Try another ticket</source>
        <translation>换一张车票</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>Change</name>
    <message>
        <source>Take another coach instead?</source>
        <translation>改签到其他班次？</translation>
    </message>
    <message>
        <source>What this ticket is worth</source>
        <translation>这张车票可抵</translation>
    </message>
    <message>
        <source>If the other coach costs more you pay the rest; if it costs less you get the rest back.</source>
        <translation>新票价高时，补差额；新票价低时，退差额。</translation>
    </message>
    <message>
        <source>This ticket stays good until you have the new one.</source>
        <translation>拿到新票以前，这张车票一直有效。</translation>
    </message>
    <message>
        <source>Keep the ticket</source>
        <translation>保留这张车票</translation>
    </message>
    <message>
        <source>Choose another coach</source>
        <translation>选择其他班次</translation>
    </message>
</context>
<context>
    <name>Checked</name>
    <message>
        <source>A gate lets you in now</source>
        <translation>现在可以检票</translation>
    </message>
    <message>
        <source>A gate does not let you in now</source>
        <translation>现在不能检票</translation>
    </message>
    <message>
        <source>Change it</source>
        <translation>改签</translation>
    </message>
    <message>
        <source>Refund it</source>
        <translation>退票</translation>
    </message>
    <message>
        <source>Print it, or take it along</source>
        <translation>取票</translation>
    </message>
    <message>
        <source>Ask for an invoice</source>
        <translation>申请发票</translation>
    </message>
    <message>
        <source>Gate %1, bay %2, %3</source>
        <translation>检票口 %1，发车位 %2，%3</translation>
    </message>
    <message>
        <source>seat %1</source>
        <translation>座位 %1</translation>
    </message>
    <message>
        <source>any seat</source>
        <translation>不对号</translation>
    </message>
    <message>
        <source>Another ticket</source>
        <translation>另一张车票</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
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
    <name>Collect</name>
    <message>
        <source>How do you want your ticket?</source>
        <translation>您要怎样取票？</translation>
    </message>
    <message>
        <source>Nothing can be printed here now. Take the ticket along, or board with your ID card.</source>
        <translation>现在不能打印。请用手机带走车票，或凭身份证检票。</translation>
    </message>
    <message>
        <source>Neither: I board with my ID card</source>
        <translation>都不要，凭身份证检票</translation>
    </message>
    <message>
        <source>On my phone</source>
        <translation>放到手机上</translation>
    </message>
    <message>
        <source>On paper</source>
        <translation>打印纸质车票</translation>
    </message>
</context>
<context>
    <name>Collected</name>
    <message>
        <source>Please take your ticket</source>
        <translation>请取走车票</translation>
    </message>
    <message>
        <source>Your ticket is on your phone</source>
        <translation>车票已在您的手机上</translation>
    </message>
    <message>
        <source>Your ID card is your ticket</source>
        <translation>凭身份证即可检票</translation>
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
        <source>Put your ID card on the gate&apos;s reader.</source>
        <translation>检票时，请把身份证放在检票口的读卡区。</translation>
    </message>
    <message>
        <source>Keep your ticket and ID ready for the gate.</source>
        <translation>请拿好车票和身份证件，检票时出示。</translation>
    </message>
    <message>
        <source>Another of my tickets</source>
        <translation>我的另一张车票</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>Days</name>
    <message>
        <source>Next</source>
        <translation>最近班次</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>Earlier days</source>
        <translation>前几天</translation>
    </message>
    <message>
        <source>Later days</source>
        <translation>后几天</translation>
    </message>
</context>
<context>
    <name>Done</name>
    <message>
        <source>Your change is in the tray: %1.</source>
        <translation>找零 %1 在取币口，请取走。</translation>
    </message>
    <message>
        <source>Your change is coming: %1.</source>
        <translation>正在找零 %1。</translation>
    </message>
    <message>
        <source>We owe you %1: take the slip to the ticket window.</source>
        <translation>还应退您 %1，请凭凭条到售票窗口退款。</translation>
    </message>
    <message>
        <source>We owe you %1: take number %2 to the ticket window.</source>
        <translation>还应退您 %1，请凭凭条号 %2 到售票窗口退款。</translation>
    </message>
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
        <source>At the gate your ID card alone is enough too.</source>
        <translation>检票时只凭身份证也可以上车。</translation>
    </message>
    <message>
        <source>Take it along on your phone</source>
        <translation>带到手机上</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>Door</name>
    <message>
        <source>All devices work</source>
        <translation>全部设备正常</translation>
    </message>
    <message>
        <source>Devices that need help: %1</source>
        <translation>需要处理的设备：%1 个</translation>
    </message>
    <message>
        <source>Badge %1</source>
        <translation>工牌 %1</translation>
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
        <source>Being tested</source>
        <translation>正在测试</translation>
    </message>
    <message>
        <source>Test %1</source>
        <translation>测试 %1</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Close the door</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>Doorstep</name>
    <message>
        <source>Staff only</source>
        <translation>仅限工作人员</translation>
    </message>
    <message>
        <source>Hold your badge code under the scanner</source>
        <translation>请把工牌码放在扫码口下方</translation>
    </message>
    <message>
        <source>The scanner does not work: look at this machine with the command line instead.</source>
        <translation>扫码器不能工作，请用命令行查看本机。</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>离开</translation>
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
        <source>Please wait: your money is coming</source>
        <translation>请稍候，正在退款</translation>
    </message>
    <message>
        <source>Stop buying? %1 is in the machine.</source>
        <translation>要停止购票吗？本机已收 %1。</translation>
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
        <source>It comes back in coins, into the tray below the screen.</source>
        <translation>将以硬币退还，从屏幕下方的取币口取走。</translation>
    </message>
    <message>
        <source>The machine gives %1 back in coins. For the rest you get a slip with a number: take it to the ticket window.</source>
        <translation>本机能以硬币退还 %1。其余部分给您一张凭条，请到售票窗口退款。</translation>
    </message>
    <message>
        <source>Stop, and give me the slip</source>
        <translation>停止购票，打印凭条</translation>
    </message>
    <message>
        <source>Stop, and give my money back</source>
        <translation>停止购票，退钱给我</translation>
    </message>
    <message>
        <source>Stop: coins and a slip, please</source>
        <translation>停止购票，要硬币和凭条</translation>
    </message>
    <message>
        <source>Pay the rest another way</source>
        <translation>余款换一种方式付</translation>
    </message>
    <message>
        <source>Go on paying</source>
        <translation>继续付款</translation>
    </message>
</context>
<context>
    <name>GivenBack</name>
    <message>
        <source>Your money is given back</source>
        <translation>您的钱已退还</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>已退还</translation>
    </message>
    <message>
        <source>The purchase has ended, and no ticket was made.</source>
        <translation>购票已结束，没有出票。</translation>
    </message>
    <message>
        <source>Your money is in the tray below the screen.</source>
        <translation>钱在屏幕下方的取币口，请取走。</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>InvoiceFor</name>
    <message>
        <source>Who is the invoice for?</source>
        <translation>发票开给谁？</translation>
    </message>
    <message>
        <source>Name and address are entered afterwards, on your phone.</source>
        <translation>名称、地址等稍后在手机上填写。</translation>
    </message>
    <message>
        <source>A company</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>I know its tax number</source>
        <translation>请备好纳税人识别号</translation>
    </message>
    <message>
        <source>Myself, or another person</source>
        <translation>个人</translation>
    </message>
</context>
<context>
    <name>Invoiced</name>
    <message>
        <source>Scan this code to get your invoice</source>
        <translation>请用手机扫码领取发票</translation>
    </message>
    <message>
        <source>Your invoice has been asked for</source>
        <translation>发票已申请</translation>
    </message>
    <message>
        <source>The code of your invoice&apos;s page</source>
        <translation>发票页面的二维码</translation>
    </message>
    <message>
        <source>This station is offline now. Your request is kept, and sent as soon as it is back.</source>
        <translation>车站网络暂时中断。您的申请已保存，网络恢复后自动提交。</translation>
    </message>
    <message>
        <source>Another of my tickets</source>
        <translation>我的另一张车票</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>Invoicing</name>
    <message>
        <source>Please wait a moment</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>Your invoice is being asked for.</source>
        <translation>正在申请发票。</translation>
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
    <name>Looking</name>
    <message>
        <source>Which ticket do you want to collect?</source>
        <translation>要取哪张车票？</translation>
    </message>
    <message>
        <source>Which ticket do you want to change?</source>
        <translation>要改签哪张车票？</translation>
    </message>
    <message>
        <source>Which ticket do you want to refund?</source>
        <translation>要退哪张车票？</translation>
    </message>
    <message>
        <source>Which trip do you want an invoice for?</source>
        <translation>要为哪次乘车开发票？</translation>
    </message>
    <message>
        <source>Which ticket do you want to check?</source>
        <translation>要查哪张车票？</translation>
    </message>
    <message>
        <source>Hold your ticket&apos;s code under the scanner</source>
        <translation>请把车票二维码放在扫码口下方</translation>
    </message>
    <message>
        <source>Put your ID card on the reader</source>
        <translation>请把身份证放在读卡区</translation>
    </message>
    <message>
        <source>The scanner and the card reader do not work now. Please type the number on your ticket.</source>
        <translation>扫码器和证件阅读器暂不可用，请输入车票上的号码。</translation>
    </message>
    <message>
        <source>Type the ticket number or the order code</source>
        <translation>输入车票号或取票码</translation>
    </message>
    <message>
        <source>20 digits, or 10 characters</source>
        <translation>20 位车票号，或 10 位取票码</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
</context>
<context>
    <name>Menu</name>
    <message>
        <source>What would you like to do?</source>
        <translation>您要办理什么？</translation>
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
        <source>That seat has just been sold. Choose another, or let the machine choose.</source>
        <translation>这个座位刚刚售出。请另选，或由本机安排。</translation>
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
    <name>OnPhone</name>
    <message>
        <source>Point your phone&apos;s camera at this code</source>
        <translation>请用手机扫描此码</translation>
    </message>
    <message>
        <source>Making your ticket&apos;s code</source>
        <translation>正在生成车票二维码</translation>
    </message>
    <message>
        <source>A page opens that is your ticket. Save it: it needs no network afterwards, and the gate reads it from your screen.</source>
        <translation>打开的页面就是您的车票。请保存：以后不用联网，检票时出示即可。</translation>
    </message>
    <message>
        <source>I have it on my phone</source>
        <translation>手机上已有车票</translation>
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
    <message>
        <source>Buy at another machine or at the ticket window. What you can still do here:</source>
        <translation>购票请到其他自助机或售票窗口。本机仍可办理：</translation>
    </message>
</context>
<context>
    <name>Paper</name>
    <message>
        <source>Printing your ticket</source>
        <translation>正在打印车票</translation>
    </message>
    <message>
        <source>The ticket comes out of the slot below the screen. Please wait until it has stopped moving.</source>
        <translation>车票将从屏幕下方的出票口送出，请等出票停止后再取。</translation>
    </message>
    <message>
        <source>Did your ticket come out?</source>
        <translation>车票打印出来了吗？</translation>
    </message>
    <message>
        <source>The ticket did not print</source>
        <translation>车票没有打印出来</translation>
    </message>
    <message>
        <source>If you do not have it, print a copy. Your ticket is valid either way.</source>
        <translation>如未取到，请补打一张。无论如何，您的车票都有效。</translation>
    </message>
    <message>
        <source>Your ticket is valid all the same. Take it along on your phone, or board with your ID card.</source>
        <translation>您的车票仍然有效。请用手机带走，或凭身份证检票。</translation>
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
    <message>
        <source>On my phone</source>
        <translation>放到手机上</translation>
    </message>
</context>
<context>
    <name>Pay</name>
    <message>
        <source>Please check and pay</source>
        <translation>请确认并付款</translation>
    </message>
    <message>
        <source>Your payment before is being taken back. You can pay another way now.</source>
        <translation>上一笔付款正在撤销。现在可以换一种方式付款。</translation>
    </message>
    <message>
        <source>That payment did not go through. Nothing was charged. Try again or pay another way.</source>
        <translation>刚才没有付成，没有扣款。请重试或换一种方式。</translation>
    </message>
    <message>
        <source>Nothing can be paid here at the moment. Touch Back, or buy at the ticket window.</source>
        <translation>本机现在不能收款。请点“返回”，或到售票窗口购票。</translation>
    </message>
    <message>
        <source>Your payment before is being taken back. One moment, please.</source>
        <translation>上一笔付款正在撤销，请稍候。</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>现金</translation>
    </message>
    <message>
        <source>Show your payment code</source>
        <translation>出示付款码</translation>
    </message>
    <message>
        <source>Scan our code</source>
        <translation>扫码付款</translation>
    </message>
    <message>
        <source>Bank card</source>
        <translation>银行卡</translation>
    </message>
    <message>
        <source>Up to %1 change</source>
        <translation>最多找零 %1</translation>
    </message>
    <message>
        <source>Exact amount: no change</source>
        <translation>不设找零，请备足零钱</translation>
    </message>
    <message>
        <source>Your phone under the scanner</source>
        <translation>手机放在扫码口下方</translation>
    </message>
    <message>
        <source>With WeChat Pay or Alipay</source>
        <translation>用微信或支付宝扫</translation>
    </message>
    <message>
        <source>At the card terminal</source>
        <translation>在刷卡机上付款</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>Still to pay</source>
        <translation>还需支付</translation>
    </message>
    <message>
        <source>Keeping your seats</source>
        <translation>正在为您留座</translation>
    </message>
</context>
<context>
    <name>Paying</name>
    <message>
        <source>Stopping this payment</source>
        <translation>正在停止付款</translation>
    </message>
    <message>
        <source>Preparing your payment</source>
        <translation>正在准备付款</translation>
    </message>
    <message>
        <source>Hold your payment code under the scanner</source>
        <translation>请将付款码放在扫码口下方</translation>
    </message>
    <message>
        <source>Scan this code with your phone</source>
        <translation>请用手机扫这个码</translation>
    </message>
    <message>
        <source>Please follow the card terminal</source>
        <translation>请按刷卡机的提示操作</translation>
    </message>
    <message>
        <source>Please confirm on your phone</source>
        <translation>请在手机上确认</translation>
    </message>
    <message>
        <source>We do not know yet whether your payment went through</source>
        <translation>还不知道您的付款是否成功</translation>
    </message>
    <message>
        <source>Your payment is being taken back</source>
        <translation>正在撤销您的付款</translation>
    </message>
    <message>
        <source>One moment, please.</source>
        <translation>请稍候。</translation>
    </message>
    <message>
        <source>Open the payment code in WeChat or Alipay, turn the brightness up, and hold the phone a hand&apos;s width under the scanner.</source>
        <translation>打开微信或支付宝的付款码，调亮屏幕，放在扫码口下方约一掌远处。</translation>
    </message>
    <message>
        <source>Use WeChat, Alipay or your bank&apos;s app. This page goes on by itself once it is paid.</source>
        <translation>可用微信、支付宝或银行应用。付好之后，本页会自动继续。</translation>
    </message>
    <message>
        <source>Insert, swipe or hold your card at the terminal beside the screen, and enter your PIN there.</source>
        <translation>请在屏幕旁的刷卡机上插卡、刷卡或挥卡，并在那里输入密码。</translation>
    </message>
    <message>
        <source>Enter your password or look at your phone. This page goes on by itself.</source>
        <translation>请查看手机并输入密码。付好之后，本页会自动继续。</translation>
    </message>
    <message>
        <source>Please do not pay again. We keep asking. If it went through, your ticket is printed; if not, nothing is charged.</source>
        <translation>请不要再次付款。本机正在继续查询：付款成功就为您出票，没有成功就不扣款。</translation>
    </message>
    <message>
        <source>It was never confirmed. If your account was charged, the money goes back the way it came. You can pay another way now.</source>
        <translation>这笔付款没有得到确认。如果已经扣款，会原路退回。现在可以换一种方式付款。</translation>
    </message>
    <message>
        <source>The code to pay with</source>
        <translation>付款码</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>%1 seconds left</source>
        <translation>剩余 %1 秒</translation>
    </message>
    <message>
        <source>Pay another way</source>
        <translation>换一种方式付款</translation>
    </message>
    <message>
        <source>Take this payment back</source>
        <translation>撤销这笔付款</translation>
    </message>
    <message>
        <source>Stop, and pay another way</source>
        <translation>停止，换一种方式付款</translation>
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
        <source>Coins</source>
        <translation>硬币</translation>
    </message>
    <message>
        <source>Please wait a moment</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>Put in the notes one by one</source>
        <translation>请逐张放入纸币</translation>
    </message>
    <message>
        <source>Put in notes and coins one by one</source>
        <translation>请逐张逐枚投入纸币和硬币</translation>
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
        <source>The machine takes these now</source>
        <translation>现在可以投入</translation>
    </message>
    <message>
        <source>You get change, up to %1.</source>
        <translation>可以找零，最多 %1。</translation>
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
        <source>Departure: %1 instead of %2</source>
        <translation>改签：%2 改为 %1</translation>
    </message>
    <message>
        <source>Your ticket: %1</source>
        <translation>原票：%1</translation>
    </message>
    <message>
        <source>Gate %1</source>
        <translation>检票口 %1</translation>
    </message>
    <message>
        <source>Travellers: %1</source>
        <translation>乘车人 %1 位</translation>
    </message>
    <message>
        <source>Seat %1</source>
        <translation>座位 %1</translation>
    </message>
    <message>
        <source>Any seat</source>
        <translation>不对号</translation>
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
    <name>Refund</name>
    <message>
        <source>Refund this ticket?</source>
        <translation>要退这张车票吗？</translation>
    </message>
    <message>
        <source>You paid %1, and there is no fee.</source>
        <translation>票款 %1，免退票费。</translation>
    </message>
    <message>
        <source>You paid %1, of which %2 is kept as a fee.</source>
        <translation>票款 %1，退票费 %2。</translation>
    </message>
    <message>
        <source>You paid</source>
        <translation>票款</translation>
    </message>
    <message>
        <source>No fee</source>
        <translation>免退票费</translation>
    </message>
    <message>
        <source>Fee that is kept</source>
        <translation>退票费</translation>
    </message>
    <message>
        <source>You get back</source>
        <translation>应退</translation>
    </message>
    <message>
        <source>The ticket is no longer good after that.</source>
        <translation>退票后，这张车票作废。</translation>
    </message>
    <message>
        <source>Keep the ticket</source>
        <translation>保留这张车票</translation>
    </message>
    <message>
        <source>Refund %1</source>
        <translation>退票，退回 %1</translation>
    </message>
</context>
<context>
    <name>Refunded</name>
    <message>
        <source>Your money is safe</source>
        <translation>您的款项已登记</translation>
    </message>
    <message>
        <source>Your ticket is refunded</source>
        <translation>退票成功</translation>
    </message>
    <message>
        <source>%1 is paid back, the rest is safe</source>
        <translation>已退 %1，余款已登记</translation>
    </message>
    <message>
        <source>Your refund waits for the ticket window</source>
        <translation>退票请到售票窗口办理</translation>
    </message>
    <message>
        <source>Paid back: %1</source>
        <translation>已退 %1</translation>
    </message>
    <message>
        <source>Slip %1: %2</source>
        <translation>凭条 %1：%2</translation>
    </message>
    <message>
        <source>To be paid back</source>
        <translation>应退金额</translation>
    </message>
    <message>
        <source>If the ticket is not used</source>
        <translation>核实后应退</translation>
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
        <source>The ticket stays good. Take it and the slip to the ticket window.</source>
        <translation>车票仍然有效。请持凭条和车票到售票窗口办理。</translation>
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
    <name>Refunding</name>
    <message>
        <source>Please wait: your refund is under way</source>
        <translation>正在退票，请稍候</translation>
    </message>
    <message>
        <source>This takes longer than usual. Please stay here, or call staff below.</source>
        <translation>比平时久一些。请不要离开，或点下方呼叫工作人员。</translation>
    </message>
    <message>
        <source>Please stay until this screen says how it ended. Money may come out below the screen.</source>
        <translation>请等屏幕显示结果后再离开。退款可能从屏幕下方退出。</translation>
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
    <name>Seats</name>
    <message>
        <source>Choose %1 seats</source>
        <translation>请选 %1 个座位</translation>
    </message>
    <message>
        <source>Choose your seat</source>
        <translation>请选座位</translation>
    </message>
    <message>
        <source>The driver sits here</source>
        <translation>司机的位置</translation>
    </message>
    <message>
        <source>Seat %1, yours</source>
        <translation>%1 号座，已选</translation>
    </message>
    <message>
        <source>Seat %1, free</source>
        <translation>%1 号座，可选</translation>
    </message>
    <message>
        <source>Seat %1, taken</source>
        <translation>%1 号座，不可选</translation>
    </message>
    <message>
        <source>Your seats</source>
        <translation>您的座位</translation>
    </message>
    <message>
        <source>Your seat</source>
        <translation>您的座位</translation>
    </message>
    <message>
        <source>Frame: free. Cross: taken.</source>
        <translation>有框可选，打叉不可选。</translation>
    </message>
    <message>
        <source>Front</source>
        <translation>前部</translation>
    </message>
    <message>
        <source>Rear</source>
        <translation>后部</translation>
    </message>
    <message>
        <source>Any seat</source>
        <translation>座位不限</translation>
    </message>
    <message>
        <source>Take these</source>
        <translation>就要这些</translation>
    </message>
    <message>
        <source>Take this</source>
        <translation>就要这个</translation>
    </message>
</context>
<context>
    <name>Several</name>
    <message>
        <source>Which of these tickets?</source>
        <translation>是哪张车票？</translation>
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
        <source>%1, %2, to %3, seat %4</source>
        <translation>%1 %2，到 %3，座位 %4</translation>
    </message>
    <message>
        <source>any</source>
        <translation>不对号</translation>
    </message>
    <message>
        <source>Seat %1</source>
        <translation>座位 %1</translation>
    </message>
    <message>
        <source>Any seat</source>
        <translation>不对号</translation>
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
        <source>In %1 seconds what you have entered is wiped.</source>
        <translation>%1 秒后将清除您输入的内容。</translation>
    </message>
    <message>
        <source>In %1 seconds the purchase ends and your money comes back, as coins or by a slip.</source>
        <translation>%1 秒后购票结束，您的钱以硬币或凭条退还。</translation>
    </message>
    <message>
        <source>Yes, continue</source>
        <translation>还在，继续</translation>
    </message>
</context>
<context>
    <name>Swapping</name>
    <message>
        <source>Please wait: your ticket is being changed</source>
        <translation>正在改签，请稍候</translation>
    </message>
    <message>
        <source>Nothing is to pay. Your old ticket stays good until you have the new one.</source>
        <translation>无需补款。拿到新票以前，原票一直有效。</translation>
    </message>
</context>
<context>
    <name>TaskButtons</name>
    <message>
        <source>Collect a ticket</source>
        <translation>取票</translation>
    </message>
    <message>
        <source>Change a ticket</source>
        <translation>改签</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退票</translation>
    </message>
    <message>
        <source>Check my ticket</source>
        <translation>查验车票</translation>
    </message>
    <message>
        <source>Invoice</source>
        <translation>开发票</translation>
    </message>
    <message>
        <source>Timetable</source>
        <translation>时刻表</translation>
    </message>
</context>
<context>
    <name>TaxNumber</name>
    <message>
        <source>The company&apos;s tax number</source>
        <translation>单位的纳税人识别号</translation>
    </message>
    <message>
        <source>Please compare it once more: a character seems to be wrong.</source>
        <translation>请再核对一遍，可能有一位不对。</translation>
    </message>
    <message>
        <source>15 to 20 digits and letters, mostly 18</source>
        <translation>15 至 20 位数字或字母，一般 18 位</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
<context>
    <name>Timetable</name>
    <message>
        <source>Spell the destination</source>
        <translation>拼写目的地</translation>
    </message>
    <message>
        <source>To: %1</source>
        <translation>目的地：%1</translation>
    </message>
    <message>
        <source>Timetable</source>
        <translation>时刻表</translation>
    </message>
    <message>
        <source>One moment, please.</source>
        <translation>请稍候。</translation>
    </message>
    <message>
        <source>Nothing leaves. Choose another day, or other letters.</source>
        <translation>没有班次。请换一天，或换别的字母。</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>较早</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>较晚</translation>
    </message>
    <message>
        <source>Gate %1, %2 seats left</source>
        <translation>检票口 %1，余票 %2</translation>
    </message>
    <message>
        <source>Find a place by its letters</source>
        <translation>按字母查找目的地</translation>
    </message>
    <message>
        <source>Buy a ticket</source>
        <translation>购票</translation>
    </message>
</context>
<context>
    <name>ToPhone</name>
    <message>
        <source>Take ticket %1 of %2 along on your phone</source>
        <translation>把第 %1 张票带到手机上，共 %2 张</translation>
    </message>
    <message>
        <source>Take your ticket along on your phone</source>
        <translation>把车票带到手机上</translation>
    </message>
    <message>
        <source>Scan this code with your phone&apos;s camera. The ticket opens in the browser: keep the page or take a picture.</source>
        <translation>请用手机相机扫这个码，车票会在浏览器中打开。请保留网页或截图。</translation>
    </message>
    <message>
        <source>One moment, please.</source>
        <translation>请稍候。</translation>
    </message>
    <message>
        <source>Next ticket</source>
        <translation>下一张</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>TopBand</name>
    <message>
        <source>Offline sale</source>
        <translation>离线售票</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>现金</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>扫码</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>银行卡</translation>
    </message>
    <message>
        <source>Cash only</source>
        <translation>仅收现金</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>No paper</source>
        <translation>不能打印</translation>
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
        <source>%1 is in the tray below. For the rest, take the slip to the ticket window.</source>
        <translation>%1 已退到下方取币口，其余请凭凭条到售票窗口退款。</translation>
    </message>
    <message>
        <source>%1 is in the tray below. For the rest, take the number to the ticket window.</source>
        <translation>%1 已退到下方取币口，其余请凭凭条号到售票窗口退款。</translation>
    </message>
    <message>
        <source>%1 is in the tray; the rest is at the ticket window.</source>
        <translation>%1 已退到取币口，其余请到售票窗口退款。</translation>
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
    <name>Where</name>
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
        <source>%1, on other days, from %2</source>
        <translation>%1，其他日期有班次，%2 起</translation>
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
        <source>On other days, from %1</source>
        <translation>其他日期，%1 起</translation>
    </message>
    <message>
        <source>%1, next coach %2, from %3</source>
        <translation>%1，下一班 %2，票价 %3 起</translation>
    </message>
    <message>
        <source>Already have a ticket?</source>
        <translation>已有车票？</translation>
    </message>
    <message>
        <source>Find another by its letters</source>
        <translation>按字母查找其他地点</translation>
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
        <source>One moment, please.</source>
        <translation>请稍候。</translation>
    </message>
    <message>
        <source>No coach to this place is on sale here on that day. Choose another day, or another destination with Back.</source>
        <translation>这一天本机没有到该地的班次。请换一天，或点“返回”另选目的地。</translation>
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
        <source>Show the ID of this ticket</source>
        <translation>请出示购票时的证件</translation>
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
        <source>Seat %1: change</source>
        <translation>座位 %1，更换</translation>
    </message>
    <message>
        <source>Seat: any. Choose</source>
        <translation>座位不限，点此选座</translation>
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
